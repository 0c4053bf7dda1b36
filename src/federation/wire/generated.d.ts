import * as $protobuf from "protobufjs/minimal.js";
import Long = require("long");

/** Namespace pqa. */
export namespace pqa {

    /** Namespace wire. */
    namespace wire {

        /**
         * Properties of a Hello.
         * @deprecated Use pqa.wire.Hello.$Properties instead.
         */
        interface IHello extends pqa.wire.Hello.$Properties {
        }

        /** Represents a Hello. */
        class Hello {

            /**
             * Constructs a new Hello.
             * @param [properties] Properties to set
             */
            constructor(properties?: pqa.wire.Hello.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Hello versionMin. */
            versionMin?: (number|null);

            /** Hello versionMax. */
            versionMax?: (number|null);

            /** Hello domain. */
            domain?: (string|null);

            /**
             * Encodes the specified Hello message. Does not implicitly {@link pqa.wire.Hello.verify|verify} messages.
             * @param message Hello message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: pqa.wire.Hello.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Hello message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {pqa.wire.Hello & pqa.wire.Hello.$Shape} Hello
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): pqa.wire.Hello & pqa.wire.Hello.$Shape;
        }

        namespace Hello {

            /** Properties of a Hello. */
            interface $Properties {

                /** Hello versionMin */
                versionMin?: (number|null);

                /** Hello versionMax */
                versionMax?: (number|null);

                /** Hello domain */
                domain?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Hello. */
            type $Shape = pqa.wire.Hello.$Properties;
        }

        /**
         * Properties of a Request.
         * @deprecated Use pqa.wire.Request.$Properties instead.
         */
        interface IRequest extends pqa.wire.Request.$Properties {
        }

        /** Represents a Request. */
        class Request {

            /**
             * Constructs a new Request.
             * @param [properties] Properties to set
             */
            constructor(properties?: pqa.wire.Request.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Request hello. */
            hello?: (pqa.wire.Hello.$Properties|null);

            /** Request prepare. */
            prepare?: (pqa.wire.Prepare.$Properties|null);

            /** Request commit. */
            commit?: (pqa.wire.Commit.$Properties|null);

            /** Request cancel. */
            cancel?: (pqa.wire.Cancel.$Properties|null);

            /** Request renew. */
            renew?: (pqa.wire.Renew.$Properties|null);

            /** Request replay. */
            replay?: (pqa.wire.Replay.$Properties|null);

            /** Request snapshot. */
            snapshot?: (pqa.wire.Snapshot.$Properties|null);

            /** Request catalog. */
            catalog?: (pqa.wire.Catalog.$Properties|null);

            /** Request progress. */
            progress?: (pqa.wire.AskProgress.$Properties|null);

            /** Request key. */
            key?: (pqa.wire.AskKey.$Properties|null);

            /** Request silence. */
            silence?: (pqa.wire.Silence.$Properties|null);

            /** Request body. */
            body?: ("prepare"|"commit"|"cancel"|"renew"|"replay"|"snapshot"|"catalog"|"progress"|"key"|"silence");

            /**
             * Encodes the specified Request message. Does not implicitly {@link pqa.wire.Request.verify|verify} messages.
             * @param message Request message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: pqa.wire.Request.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Request message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {pqa.wire.Request & pqa.wire.Request.$Shape} Request
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): pqa.wire.Request & pqa.wire.Request.$Shape;
        }

        namespace Request {

            /** Properties of a Request. */
            interface $Properties {

                /** Request hello */
                hello?: (pqa.wire.Hello.$Properties|null);

                /** Request prepare */
                prepare?: (pqa.wire.Prepare.$Properties|null);

                /** Request commit */
                commit?: (pqa.wire.Commit.$Properties|null);

                /** Request cancel */
                cancel?: (pqa.wire.Cancel.$Properties|null);

                /** Request renew */
                renew?: (pqa.wire.Renew.$Properties|null);

                /** Request replay */
                replay?: (pqa.wire.Replay.$Properties|null);

                /** Request snapshot */
                snapshot?: (pqa.wire.Snapshot.$Properties|null);

                /** Request catalog */
                catalog?: (pqa.wire.Catalog.$Properties|null);

                /** Request progress */
                progress?: (pqa.wire.AskProgress.$Properties|null);

                /** Request key */
                key?: (pqa.wire.AskKey.$Properties|null);

                /** Request silence */
                silence?: (pqa.wire.Silence.$Properties|null);

                /** Request body */
                body?: ("prepare"|"commit"|"cancel"|"renew"|"replay"|"snapshot"|"catalog"|"progress"|"key"|"silence");

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Narrowed shape of a Request. */
            type $Shape = {
              hello?: pqa.wire.Hello.$Shape|null;
              prepare?: pqa.wire.Prepare.$Shape|null;
              commit?: pqa.wire.Commit.$Shape|null;
              cancel?: pqa.wire.Cancel.$Shape|null;
              renew?: pqa.wire.Renew.$Shape|null;
              replay?: pqa.wire.Replay.$Shape|null;
              snapshot?: pqa.wire.Snapshot.$Shape|null;
              catalog?: pqa.wire.Catalog.$Shape|null;
              progress?: pqa.wire.AskProgress.$Shape|null;
              key?: pqa.wire.AskKey.$Shape|null;
              silence?: pqa.wire.Silence.$Shape|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ body?: undefined; prepare?: null; commit?: null; cancel?: null; renew?: null; replay?: null; snapshot?: null; catalog?: null; progress?: null; key?: null; silence?: null }|{ body?: "prepare"; prepare: pqa.wire.Prepare.$Shape; commit?: null; cancel?: null; renew?: null; replay?: null; snapshot?: null; catalog?: null; progress?: null; key?: null; silence?: null }|{ body?: "commit"; prepare?: null; commit: pqa.wire.Commit.$Shape; cancel?: null; renew?: null; replay?: null; snapshot?: null; catalog?: null; progress?: null; key?: null; silence?: null }|{ body?: "cancel"; prepare?: null; commit?: null; cancel: pqa.wire.Cancel.$Shape; renew?: null; replay?: null; snapshot?: null; catalog?: null; progress?: null; key?: null; silence?: null }|{ body?: "renew"; prepare?: null; commit?: null; cancel?: null; renew: pqa.wire.Renew.$Shape; replay?: null; snapshot?: null; catalog?: null; progress?: null; key?: null; silence?: null }|{ body?: "replay"; prepare?: null; commit?: null; cancel?: null; renew?: null; replay: pqa.wire.Replay.$Shape; snapshot?: null; catalog?: null; progress?: null; key?: null; silence?: null }|{ body?: "snapshot"; prepare?: null; commit?: null; cancel?: null; renew?: null; replay?: null; snapshot: pqa.wire.Snapshot.$Shape; catalog?: null; progress?: null; key?: null; silence?: null }|{ body?: "catalog"; prepare?: null; commit?: null; cancel?: null; renew?: null; replay?: null; snapshot?: null; catalog: pqa.wire.Catalog.$Shape; progress?: null; key?: null; silence?: null }|{ body?: "progress"; prepare?: null; commit?: null; cancel?: null; renew?: null; replay?: null; snapshot?: null; catalog?: null; progress: pqa.wire.AskProgress.$Shape; key?: null; silence?: null }|{ body?: "key"; prepare?: null; commit?: null; cancel?: null; renew?: null; replay?: null; snapshot?: null; catalog?: null; progress?: null; key: pqa.wire.AskKey.$Shape; silence?: null }|{ body?: "silence"; prepare?: null; commit?: null; cancel?: null; renew?: null; replay?: null; snapshot?: null; catalog?: null; progress?: null; key?: null; silence: pqa.wire.Silence.$Shape })
            );
        }

        /**
         * Properties of a Reply.
         * @deprecated Use pqa.wire.Reply.$Properties instead.
         */
        interface IReply extends pqa.wire.Reply.$Properties {
        }

        /** Represents a Reply. */
        class Reply {

            /**
             * Constructs a new Reply.
             * @param [properties] Properties to set
             */
            constructor(properties?: pqa.wire.Reply.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Reply prepared. */
            prepared?: (pqa.wire.Prepared.$Properties|null);

            /** Reply committed. */
            committed?: (pqa.wire.Committed.$Properties|null);

            /** Reply done. */
            done?: (pqa.wire.Done.$Properties|null);

            /** Reply renewed. */
            renewed?: (pqa.wire.Renewed.$Properties|null);

            /** Reply replayed. */
            replayed?: (pqa.wire.Replayed.$Properties|null);

            /** Reply snapshot. */
            snapshot?: (pqa.wire.SnapshotRows.$Properties|null);

            /** Reply catalog. */
            catalog?: (pqa.wire.CatalogReply.$Properties|null);

            /** Reply failure. */
            failure?: (pqa.wire.Failure.$Properties|null);

            /** Reply progress. */
            progress?: (pqa.wire.Heartbeat.$Properties|null);

            /** Reply key. */
            key?: (pqa.wire.KeyReply.$Properties|null);

            /** Reply silence. */
            silence?: (pqa.wire.SilenceReply.$Properties|null);

            /** Reply body. */
            body?: ("prepared"|"committed"|"done"|"renewed"|"replayed"|"snapshot"|"catalog"|"failure"|"progress"|"key"|"silence");

            /**
             * Encodes the specified Reply message. Does not implicitly {@link pqa.wire.Reply.verify|verify} messages.
             * @param message Reply message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: pqa.wire.Reply.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Reply message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {pqa.wire.Reply & pqa.wire.Reply.$Shape} Reply
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): pqa.wire.Reply & pqa.wire.Reply.$Shape;
        }

        namespace Reply {

            /** Properties of a Reply. */
            interface $Properties {

                /** Reply prepared */
                prepared?: (pqa.wire.Prepared.$Properties|null);

                /** Reply committed */
                committed?: (pqa.wire.Committed.$Properties|null);

                /** Reply done */
                done?: (pqa.wire.Done.$Properties|null);

                /** Reply renewed */
                renewed?: (pqa.wire.Renewed.$Properties|null);

                /** Reply replayed */
                replayed?: (pqa.wire.Replayed.$Properties|null);

                /** Reply snapshot */
                snapshot?: (pqa.wire.SnapshotRows.$Properties|null);

                /** Reply catalog */
                catalog?: (pqa.wire.CatalogReply.$Properties|null);

                /** Reply failure */
                failure?: (pqa.wire.Failure.$Properties|null);

                /** Reply progress */
                progress?: (pqa.wire.Heartbeat.$Properties|null);

                /** Reply key */
                key?: (pqa.wire.KeyReply.$Properties|null);

                /** Reply silence */
                silence?: (pqa.wire.SilenceReply.$Properties|null);

                /** Reply body */
                body?: ("prepared"|"committed"|"done"|"renewed"|"replayed"|"snapshot"|"catalog"|"failure"|"progress"|"key"|"silence");

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Narrowed shape of a Reply. */
            type $Shape = {
              prepared?: pqa.wire.Prepared.$Shape|null;
              committed?: pqa.wire.Committed.$Shape|null;
              done?: pqa.wire.Done.$Shape|null;
              renewed?: pqa.wire.Renewed.$Shape|null;
              replayed?: pqa.wire.Replayed.$Shape|null;
              snapshot?: pqa.wire.SnapshotRows.$Shape|null;
              catalog?: pqa.wire.CatalogReply.$Shape|null;
              failure?: pqa.wire.Failure.$Shape|null;
              progress?: pqa.wire.Heartbeat.$Shape|null;
              key?: pqa.wire.KeyReply.$Shape|null;
              silence?: pqa.wire.SilenceReply.$Shape|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ body?: undefined; prepared?: null; committed?: null; done?: null; renewed?: null; replayed?: null; snapshot?: null; catalog?: null; failure?: null; progress?: null; key?: null; silence?: null }|{ body?: "prepared"; prepared: pqa.wire.Prepared.$Shape; committed?: null; done?: null; renewed?: null; replayed?: null; snapshot?: null; catalog?: null; failure?: null; progress?: null; key?: null; silence?: null }|{ body?: "committed"; prepared?: null; committed: pqa.wire.Committed.$Shape; done?: null; renewed?: null; replayed?: null; snapshot?: null; catalog?: null; failure?: null; progress?: null; key?: null; silence?: null }|{ body?: "done"; prepared?: null; committed?: null; done: pqa.wire.Done.$Shape; renewed?: null; replayed?: null; snapshot?: null; catalog?: null; failure?: null; progress?: null; key?: null; silence?: null }|{ body?: "renewed"; prepared?: null; committed?: null; done?: null; renewed: pqa.wire.Renewed.$Shape; replayed?: null; snapshot?: null; catalog?: null; failure?: null; progress?: null; key?: null; silence?: null }|{ body?: "replayed"; prepared?: null; committed?: null; done?: null; renewed?: null; replayed: pqa.wire.Replayed.$Shape; snapshot?: null; catalog?: null; failure?: null; progress?: null; key?: null; silence?: null }|{ body?: "snapshot"; prepared?: null; committed?: null; done?: null; renewed?: null; replayed?: null; snapshot: pqa.wire.SnapshotRows.$Shape; catalog?: null; failure?: null; progress?: null; key?: null; silence?: null }|{ body?: "catalog"; prepared?: null; committed?: null; done?: null; renewed?: null; replayed?: null; snapshot?: null; catalog: pqa.wire.CatalogReply.$Shape; failure?: null; progress?: null; key?: null; silence?: null }|{ body?: "failure"; prepared?: null; committed?: null; done?: null; renewed?: null; replayed?: null; snapshot?: null; catalog?: null; failure: pqa.wire.Failure.$Shape; progress?: null; key?: null; silence?: null }|{ body?: "progress"; prepared?: null; committed?: null; done?: null; renewed?: null; replayed?: null; snapshot?: null; catalog?: null; failure?: null; progress: pqa.wire.Heartbeat.$Shape; key?: null; silence?: null }|{ body?: "key"; prepared?: null; committed?: null; done?: null; renewed?: null; replayed?: null; snapshot?: null; catalog?: null; failure?: null; progress?: null; key: pqa.wire.KeyReply.$Shape; silence?: null }|{ body?: "silence"; prepared?: null; committed?: null; done?: null; renewed?: null; replayed?: null; snapshot?: null; catalog?: null; failure?: null; progress?: null; key?: null; silence: pqa.wire.SilenceReply.$Shape })
            );
        }

        /**
         * Properties of a Failure.
         * @deprecated Use pqa.wire.Failure.$Properties instead.
         */
        interface IFailure extends pqa.wire.Failure.$Properties {
        }

        /** Represents a Failure. */
        class Failure {

            /**
             * Constructs a new Failure.
             * @param [properties] Properties to set
             */
            constructor(properties?: pqa.wire.Failure.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Failure code. */
            code?: (string|null);

            /** Failure message. */
            message?: (string|null);

            /** Failure hint. */
            hint?: (string|null);

            /** Failure position. */
            position?: (pqa.wire.Position.$Properties|null);

            /**
             * Encodes the specified Failure message. Does not implicitly {@link pqa.wire.Failure.verify|verify} messages.
             * @param message Failure message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: pqa.wire.Failure.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Failure message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {pqa.wire.Failure & pqa.wire.Failure.$Shape} Failure
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): pqa.wire.Failure & pqa.wire.Failure.$Shape;
        }

        namespace Failure {

            /** Properties of a Failure. */
            interface $Properties {

                /** Failure code */
                code?: (string|null);

                /** Failure message */
                message?: (string|null);

                /** Failure hint */
                hint?: (string|null);

                /** Failure position */
                position?: (pqa.wire.Position.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Failure. */
            type $Shape = pqa.wire.Failure.$Properties;
        }

        /**
         * Properties of a Position.
         * @deprecated Use pqa.wire.Position.$Properties instead.
         */
        interface IPosition extends pqa.wire.Position.$Properties {
        }

        /** Represents a Position. */
        class Position {

            /**
             * Constructs a new Position.
             * @param [properties] Properties to set
             */
            constructor(properties?: pqa.wire.Position.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Position offset. */
            offset?: (number|null);

            /** Position length. */
            length?: (number|null);

            /** Position line. */
            line?: (number|null);

            /** Position column. */
            column?: (number|null);

            /**
             * Encodes the specified Position message. Does not implicitly {@link pqa.wire.Position.verify|verify} messages.
             * @param message Position message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: pqa.wire.Position.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Position message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {pqa.wire.Position & pqa.wire.Position.$Shape} Position
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): pqa.wire.Position & pqa.wire.Position.$Shape;
        }

        namespace Position {

            /** Properties of a Position. */
            interface $Properties {

                /** Position offset */
                offset?: (number|null);

                /** Position length */
                length?: (number|null);

                /** Position line */
                line?: (number|null);

                /** Position column */
                column?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Position. */
            type $Shape = pqa.wire.Position.$Properties;
        }

        /** FragmentKind enum. */
        enum FragmentKind {

            /** STREAM value */
            STREAM = 0,

            /** VIEW value */
            VIEW = 1,

            /** RESULT value */
            RESULT = 2
        }

        /**
         * Properties of a Type.
         * @deprecated Use pqa.wire.Type.$Properties instead.
         */
        interface IType extends pqa.wire.Type.$Properties {
        }

        /** Represents a Type. */
        class Type {

            /**
             * Constructs a new Type.
             * @param [properties] Properties to set
             */
            constructor(properties?: pqa.wire.Type.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Type kind. */
            kind?: (string|null);

            /** Type of. */
            of?: (pqa.wire.Type.$Properties|null);

            /** Type members. */
            members: pqa.wire.Column.$Properties[];

            /** Type name. */
            name?: (string|null);

            /**
             * Encodes the specified Type message. Does not implicitly {@link pqa.wire.Type.verify|verify} messages.
             * @param message Type message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: pqa.wire.Type.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Type message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {pqa.wire.Type & pqa.wire.Type.$Shape} Type
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): pqa.wire.Type & pqa.wire.Type.$Shape;
        }

        namespace Type {

            /** Properties of a Type. */
            interface $Properties {

                /** Type kind */
                kind?: (string|null);

                /** Type of */
                of?: (pqa.wire.Type.$Properties|null);

                /** Type members */
                members?: (pqa.wire.Column.$Properties[]|null);

                /** Type name */
                name?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Type. */
            type $Shape = pqa.wire.Type.$Properties;
        }

        /**
         * Properties of a Column.
         * @deprecated Use pqa.wire.Column.$Properties instead.
         */
        interface IColumn extends pqa.wire.Column.$Properties {
        }

        /** Represents a Column. */
        class Column {

            /**
             * Constructs a new Column.
             * @param [properties] Properties to set
             */
            constructor(properties?: pqa.wire.Column.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Column name. */
            name?: (string|null);

            /** Column type. */
            type?: (pqa.wire.Type.$Properties|null);

            /**
             * Encodes the specified Column message. Does not implicitly {@link pqa.wire.Column.verify|verify} messages.
             * @param message Column message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: pqa.wire.Column.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Column message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {pqa.wire.Column & pqa.wire.Column.$Shape} Column
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): pqa.wire.Column & pqa.wire.Column.$Shape;
        }

        namespace Column {

            /** Properties of a Column. */
            interface $Properties {

                /** Column name */
                name?: (string|null);

                /** Column type */
                type?: (pqa.wire.Type.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Column. */
            type $Shape = pqa.wire.Column.$Properties;
        }

        /**
         * Properties of a Prepare.
         * @deprecated Use pqa.wire.Prepare.$Properties instead.
         */
        interface IPrepare extends pqa.wire.Prepare.$Properties {
        }

        /** Represents a Prepare. */
        class Prepare {

            /**
             * Constructs a new Prepare.
             * @param [properties] Properties to set
             */
            constructor(properties?: pqa.wire.Prepare.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Prepare queryId. */
            queryId?: (string|null);

            /** Prepare consumer. */
            consumer?: (string|null);

            /** Prepare name. */
            name?: (string|null);

            /** Prepare kind. */
            kind?: (pqa.wire.FragmentKind|null);

            /** Prepare epl. */
            epl?: (string|null);

            /** Prepare columns. */
            columns: pqa.wire.Column.$Properties[];

            /** Prepare readers. */
            readers: string[];

            /** Prepare residual. */
            residual?: (pqa.wire.Residual.$Properties|null);

            /**
             * Encodes the specified Prepare message. Does not implicitly {@link pqa.wire.Prepare.verify|verify} messages.
             * @param message Prepare message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: pqa.wire.Prepare.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Prepare message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {pqa.wire.Prepare & pqa.wire.Prepare.$Shape} Prepare
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): pqa.wire.Prepare & pqa.wire.Prepare.$Shape;
        }

        namespace Prepare {

            /** Properties of a Prepare. */
            interface $Properties {

                /** Prepare queryId */
                queryId?: (string|null);

                /** Prepare consumer */
                consumer?: (string|null);

                /** Prepare name */
                name?: (string|null);

                /** Prepare kind */
                kind?: (pqa.wire.FragmentKind|null);

                /** Prepare epl */
                epl?: (string|null);

                /** Prepare columns */
                columns?: (pqa.wire.Column.$Properties[]|null);

                /** Prepare readers */
                readers?: (string[]|null);

                /** Prepare residual */
                residual?: (pqa.wire.Residual.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Prepare. */
            type $Shape = pqa.wire.Prepare.$Properties;
        }

        /**
         * Properties of a Residual.
         * @deprecated Use pqa.wire.Residual.$Properties instead.
         */
        interface IResidual extends pqa.wire.Residual.$Properties {
        }

        /** Represents a Residual. */
        class Residual {

            /**
             * Constructs a new Residual.
             * @param [properties] Properties to set
             */
            constructor(properties?: pqa.wire.Residual.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Residual inputs. */
            inputs: pqa.wire.ResidualInput.$Properties[];

            /** Residual waits. */
            waits?: (boolean|null);

            /**
             * Encodes the specified Residual message. Does not implicitly {@link pqa.wire.Residual.verify|verify} messages.
             * @param message Residual message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: pqa.wire.Residual.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Residual message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {pqa.wire.Residual & pqa.wire.Residual.$Shape} Residual
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): pqa.wire.Residual & pqa.wire.Residual.$Shape;
        }

        namespace Residual {

            /** Properties of a Residual. */
            interface $Properties {

                /** Residual inputs */
                inputs?: (pqa.wire.ResidualInput.$Properties[]|null);

                /** Residual waits */
                waits?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Residual. */
            type $Shape = pqa.wire.Residual.$Properties;
        }

        /**
         * Properties of a ResidualInput.
         * @deprecated Use pqa.wire.ResidualInput.$Properties instead.
         */
        interface IResidualInput extends pqa.wire.ResidualInput.$Properties {
        }

        /** Represents a ResidualInput. */
        class ResidualInput {

            /**
             * Constructs a new ResidualInput.
             * @param [properties] Properties to set
             */
            constructor(properties?: pqa.wire.ResidualInput.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ResidualInput name. */
            name?: (string|null);

            /** ResidualInput kind. */
            kind?: (pqa.wire.FragmentKind|null);

            /** ResidualInput standsFor. */
            standsFor?: (string|null);

            /** ResidualInput columns. */
            columns: pqa.wire.Column.$Properties[];

            /** ResidualInput fragments. */
            fragments: pqa.wire.ResidualFragment.$Properties[];

            /**
             * Encodes the specified ResidualInput message. Does not implicitly {@link pqa.wire.ResidualInput.verify|verify} messages.
             * @param message ResidualInput message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: pqa.wire.ResidualInput.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ResidualInput message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {pqa.wire.ResidualInput & pqa.wire.ResidualInput.$Shape} ResidualInput
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): pqa.wire.ResidualInput & pqa.wire.ResidualInput.$Shape;
        }

        namespace ResidualInput {

            /** Properties of a ResidualInput. */
            interface $Properties {

                /** ResidualInput name */
                name?: (string|null);

                /** ResidualInput kind */
                kind?: (pqa.wire.FragmentKind|null);

                /** ResidualInput standsFor */
                standsFor?: (string|null);

                /** ResidualInput columns */
                columns?: (pqa.wire.Column.$Properties[]|null);

                /** ResidualInput fragments */
                fragments?: (pqa.wire.ResidualFragment.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ResidualInput. */
            type $Shape = pqa.wire.ResidualInput.$Properties;
        }

        /**
         * Properties of a ResidualFragment.
         * @deprecated Use pqa.wire.ResidualFragment.$Properties instead.
         */
        interface IResidualFragment extends pqa.wire.ResidualFragment.$Properties {
        }

        /** Represents a ResidualFragment. */
        class ResidualFragment {

            /**
             * Constructs a new ResidualFragment.
             * @param [properties] Properties to set
             */
            constructor(properties?: pqa.wire.ResidualFragment.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ResidualFragment name. */
            name?: (string|null);

            /** ResidualFragment domain. */
            domain?: (string|null);

            /** ResidualFragment epl. */
            epl?: (string|null);

            /**
             * Encodes the specified ResidualFragment message. Does not implicitly {@link pqa.wire.ResidualFragment.verify|verify} messages.
             * @param message ResidualFragment message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: pqa.wire.ResidualFragment.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ResidualFragment message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {pqa.wire.ResidualFragment & pqa.wire.ResidualFragment.$Shape} ResidualFragment
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): pqa.wire.ResidualFragment & pqa.wire.ResidualFragment.$Shape;
        }

        namespace ResidualFragment {

            /** Properties of a ResidualFragment. */
            interface $Properties {

                /** ResidualFragment name */
                name?: (string|null);

                /** ResidualFragment domain */
                domain?: (string|null);

                /** ResidualFragment epl */
                epl?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ResidualFragment. */
            type $Shape = pqa.wire.ResidualFragment.$Properties;
        }

        /**
         * Properties of a Prepared.
         * @deprecated Use pqa.wire.Prepared.$Properties instead.
         */
        interface IPrepared extends pqa.wire.Prepared.$Properties {
        }

        /** Represents a Prepared. */
        class Prepared {

            /**
             * Constructs a new Prepared.
             * @param [properties] Properties to set
             */
            constructor(properties?: pqa.wire.Prepared.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Prepared fragmentId. */
            fragmentId?: (string|null);

            /** Prepared epoch. */
            epoch?: (number|null);

            /** Prepared stampMs. */
            stampMs?: (number|null);

            /** Prepared columns. */
            columns: pqa.wire.Column.$Properties[];

            /** Prepared seal. */
            seal?: (pqa.wire.SealKey.$Properties|null);

            /**
             * Encodes the specified Prepared message. Does not implicitly {@link pqa.wire.Prepared.verify|verify} messages.
             * @param message Prepared message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: pqa.wire.Prepared.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Prepared message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {pqa.wire.Prepared & pqa.wire.Prepared.$Shape} Prepared
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): pqa.wire.Prepared & pqa.wire.Prepared.$Shape;
        }

        namespace Prepared {

            /** Properties of a Prepared. */
            interface $Properties {

                /** Prepared fragmentId */
                fragmentId?: (string|null);

                /** Prepared epoch */
                epoch?: (number|null);

                /** Prepared stampMs */
                stampMs?: (number|null);

                /** Prepared columns */
                columns?: (pqa.wire.Column.$Properties[]|null);

                /** Prepared seal */
                seal?: (pqa.wire.SealKey.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Prepared. */
            type $Shape = pqa.wire.Prepared.$Properties;
        }

        /**
         * Properties of a SealKey.
         * @deprecated Use pqa.wire.SealKey.$Properties instead.
         */
        interface ISealKey extends pqa.wire.SealKey.$Properties {
        }

        /** Represents a SealKey. */
        class SealKey {

            /**
             * Constructs a new SealKey.
             * @param [properties] Properties to set
             */
            constructor(properties?: pqa.wire.SealKey.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** SealKey keyId. */
            keyId?: (string|null);

            /** SealKey key. */
            key?: (Uint8Array|null);

            /**
             * Encodes the specified SealKey message. Does not implicitly {@link pqa.wire.SealKey.verify|verify} messages.
             * @param message SealKey message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: pqa.wire.SealKey.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a SealKey message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {pqa.wire.SealKey & pqa.wire.SealKey.$Shape} SealKey
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): pqa.wire.SealKey & pqa.wire.SealKey.$Shape;
        }

        namespace SealKey {

            /** Properties of a SealKey. */
            interface $Properties {

                /** SealKey keyId */
                keyId?: (string|null);

                /** SealKey key */
                key?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a SealKey. */
            type $Shape = pqa.wire.SealKey.$Properties;
        }

        /**
         * Properties of an AskKey.
         * @deprecated Use pqa.wire.AskKey.$Properties instead.
         */
        interface IAskKey extends pqa.wire.AskKey.$Properties {
        }

        /** Represents an AskKey. */
        class AskKey {

            /**
             * Constructs a new AskKey.
             * @param [properties] Properties to set
             */
            constructor(properties?: pqa.wire.AskKey.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** AskKey fragmentId. */
            fragmentId?: (string|null);

            /**
             * Encodes the specified AskKey message. Does not implicitly {@link pqa.wire.AskKey.verify|verify} messages.
             * @param message AskKey message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: pqa.wire.AskKey.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an AskKey message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {pqa.wire.AskKey & pqa.wire.AskKey.$Shape} AskKey
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): pqa.wire.AskKey & pqa.wire.AskKey.$Shape;
        }

        namespace AskKey {

            /** Properties of an AskKey. */
            interface $Properties {

                /** AskKey fragmentId */
                fragmentId?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an AskKey. */
            type $Shape = pqa.wire.AskKey.$Properties;
        }

        /**
         * Properties of a KeyReply.
         * @deprecated Use pqa.wire.KeyReply.$Properties instead.
         */
        interface IKeyReply extends pqa.wire.KeyReply.$Properties {
        }

        /** Represents a KeyReply. */
        class KeyReply {

            /**
             * Constructs a new KeyReply.
             * @param [properties] Properties to set
             */
            constructor(properties?: pqa.wire.KeyReply.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** KeyReply epoch. */
            epoch?: (number|null);

            /** KeyReply seal. */
            seal?: (pqa.wire.SealKey.$Properties|null);

            /**
             * Encodes the specified KeyReply message. Does not implicitly {@link pqa.wire.KeyReply.verify|verify} messages.
             * @param message KeyReply message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: pqa.wire.KeyReply.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a KeyReply message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {pqa.wire.KeyReply & pqa.wire.KeyReply.$Shape} KeyReply
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): pqa.wire.KeyReply & pqa.wire.KeyReply.$Shape;
        }

        namespace KeyReply {

            /** Properties of a KeyReply. */
            interface $Properties {

                /** KeyReply epoch */
                epoch?: (number|null);

                /** KeyReply seal */
                seal?: (pqa.wire.SealKey.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a KeyReply. */
            type $Shape = pqa.wire.KeyReply.$Properties;
        }

        /**
         * Properties of a Commit.
         * @deprecated Use pqa.wire.Commit.$Properties instead.
         */
        interface ICommit extends pqa.wire.Commit.$Properties {
        }

        /** Represents a Commit. */
        class Commit {

            /**
             * Constructs a new Commit.
             * @param [properties] Properties to set
             */
            constructor(properties?: pqa.wire.Commit.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Commit queryId. */
            queryId?: (string|null);

            /** Commit fragmentId. */
            fragmentId?: (string|null);

            /** Commit startMs. */
            startMs?: (number|null);

            /**
             * Encodes the specified Commit message. Does not implicitly {@link pqa.wire.Commit.verify|verify} messages.
             * @param message Commit message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: pqa.wire.Commit.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Commit message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {pqa.wire.Commit & pqa.wire.Commit.$Shape} Commit
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): pqa.wire.Commit & pqa.wire.Commit.$Shape;
        }

        namespace Commit {

            /** Properties of a Commit. */
            interface $Properties {

                /** Commit queryId */
                queryId?: (string|null);

                /** Commit fragmentId */
                fragmentId?: (string|null);

                /** Commit startMs */
                startMs?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Commit. */
            type $Shape = pqa.wire.Commit.$Properties;
        }

        /**
         * Properties of a Committed.
         * @deprecated Use pqa.wire.Committed.$Properties instead.
         */
        interface ICommitted extends pqa.wire.Committed.$Properties {
        }

        /** Represents a Committed. */
        class Committed {

            /**
             * Constructs a new Committed.
             * @param [properties] Properties to set
             */
            constructor(properties?: pqa.wire.Committed.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Committed epoch. */
            epoch?: (number|null);

            /** Committed lastSeq. */
            lastSeq?: (number|null);

            /**
             * Encodes the specified Committed message. Does not implicitly {@link pqa.wire.Committed.verify|verify} messages.
             * @param message Committed message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: pqa.wire.Committed.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Committed message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {pqa.wire.Committed & pqa.wire.Committed.$Shape} Committed
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): pqa.wire.Committed & pqa.wire.Committed.$Shape;
        }

        namespace Committed {

            /** Properties of a Committed. */
            interface $Properties {

                /** Committed epoch */
                epoch?: (number|null);

                /** Committed lastSeq */
                lastSeq?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Committed. */
            type $Shape = pqa.wire.Committed.$Properties;
        }

        /**
         * Properties of a Cancel.
         * @deprecated Use pqa.wire.Cancel.$Properties instead.
         */
        interface ICancel extends pqa.wire.Cancel.$Properties {
        }

        /** Represents a Cancel. */
        class Cancel {

            /**
             * Constructs a new Cancel.
             * @param [properties] Properties to set
             */
            constructor(properties?: pqa.wire.Cancel.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Cancel queryId. */
            queryId?: (string|null);

            /** Cancel fragmentId. */
            fragmentId?: (string|null);

            /**
             * Encodes the specified Cancel message. Does not implicitly {@link pqa.wire.Cancel.verify|verify} messages.
             * @param message Cancel message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: pqa.wire.Cancel.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Cancel message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {pqa.wire.Cancel & pqa.wire.Cancel.$Shape} Cancel
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): pqa.wire.Cancel & pqa.wire.Cancel.$Shape;
        }

        namespace Cancel {

            /** Properties of a Cancel. */
            interface $Properties {

                /** Cancel queryId */
                queryId?: (string|null);

                /** Cancel fragmentId */
                fragmentId?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Cancel. */
            type $Shape = pqa.wire.Cancel.$Properties;
        }

        /**
         * Properties of a Done.
         * @deprecated Use pqa.wire.Done.$Properties instead.
         */
        interface IDone extends pqa.wire.Done.$Properties {
        }

        /** Represents a Done. */
        class Done {

            /**
             * Constructs a new Done.
             * @param [properties] Properties to set
             */
            constructor(properties?: pqa.wire.Done.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /**
             * Encodes the specified Done message. Does not implicitly {@link pqa.wire.Done.verify|verify} messages.
             * @param message Done message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: pqa.wire.Done.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Done message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {pqa.wire.Done & pqa.wire.Done.$Shape} Done
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): pqa.wire.Done & pqa.wire.Done.$Shape;
        }

        namespace Done {

            /** Properties of a Done. */
            interface $Properties {

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Done. */
            type $Shape = pqa.wire.Done.$Properties;
        }

        /**
         * Properties of a Renew.
         * @deprecated Use pqa.wire.Renew.$Properties instead.
         */
        interface IRenew extends pqa.wire.Renew.$Properties {
        }

        /** Represents a Renew. */
        class Renew {

            /**
             * Constructs a new Renew.
             * @param [properties] Properties to set
             */
            constructor(properties?: pqa.wire.Renew.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Renew queryId. */
            queryId?: (string|null);

            /** Renew fragmentIds. */
            fragmentIds: string[];

            /** Renew acknowledged. */
            acknowledged: pqa.wire.Acknowledgement.$Properties[];

            /**
             * Encodes the specified Renew message. Does not implicitly {@link pqa.wire.Renew.verify|verify} messages.
             * @param message Renew message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: pqa.wire.Renew.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Renew message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {pqa.wire.Renew & pqa.wire.Renew.$Shape} Renew
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): pqa.wire.Renew & pqa.wire.Renew.$Shape;
        }

        namespace Renew {

            /** Properties of a Renew. */
            interface $Properties {

                /** Renew queryId */
                queryId?: (string|null);

                /** Renew fragmentIds */
                fragmentIds?: (string[]|null);

                /** Renew acknowledged */
                acknowledged?: (pqa.wire.Acknowledgement.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Renew. */
            type $Shape = pqa.wire.Renew.$Properties;
        }

        /**
         * Properties of an Acknowledgement.
         * @deprecated Use pqa.wire.Acknowledgement.$Properties instead.
         */
        interface IAcknowledgement extends pqa.wire.Acknowledgement.$Properties {
        }

        /** Represents an Acknowledgement. */
        class Acknowledgement {

            /**
             * Constructs a new Acknowledgement.
             * @param [properties] Properties to set
             */
            constructor(properties?: pqa.wire.Acknowledgement.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Acknowledgement fragmentId. */
            fragmentId?: (string|null);

            /** Acknowledgement epoch. */
            epoch?: (number|null);

            /** Acknowledgement seq. */
            seq?: (number|null);

            /** Acknowledgement provedMs. */
            provedMs?: (number|null);

            /**
             * Encodes the specified Acknowledgement message. Does not implicitly {@link pqa.wire.Acknowledgement.verify|verify} messages.
             * @param message Acknowledgement message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: pqa.wire.Acknowledgement.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an Acknowledgement message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {pqa.wire.Acknowledgement & pqa.wire.Acknowledgement.$Shape} Acknowledgement
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): pqa.wire.Acknowledgement & pqa.wire.Acknowledgement.$Shape;
        }

        namespace Acknowledgement {

            /** Properties of an Acknowledgement. */
            interface $Properties {

                /** Acknowledgement fragmentId */
                fragmentId?: (string|null);

                /** Acknowledgement epoch */
                epoch?: (number|null);

                /** Acknowledgement seq */
                seq?: (number|null);

                /** Acknowledgement provedMs */
                provedMs?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an Acknowledgement. */
            type $Shape = pqa.wire.Acknowledgement.$Properties;
        }

        /**
         * Properties of a Renewed.
         * @deprecated Use pqa.wire.Renewed.$Properties instead.
         */
        interface IRenewed extends pqa.wire.Renewed.$Properties {
        }

        /** Represents a Renewed. */
        class Renewed {

            /**
             * Constructs a new Renewed.
             * @param [properties] Properties to set
             */
            constructor(properties?: pqa.wire.Renewed.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Renewed unknown. */
            unknown: string[];

            /**
             * Encodes the specified Renewed message. Does not implicitly {@link pqa.wire.Renewed.verify|verify} messages.
             * @param message Renewed message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: pqa.wire.Renewed.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Renewed message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {pqa.wire.Renewed & pqa.wire.Renewed.$Shape} Renewed
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): pqa.wire.Renewed & pqa.wire.Renewed.$Shape;
        }

        namespace Renewed {

            /** Properties of a Renewed. */
            interface $Properties {

                /** Renewed unknown */
                unknown?: (string[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Renewed. */
            type $Shape = pqa.wire.Renewed.$Properties;
        }

        /**
         * Properties of a Replay.
         * @deprecated Use pqa.wire.Replay.$Properties instead.
         */
        interface IReplay extends pqa.wire.Replay.$Properties {
        }

        /** Represents a Replay. */
        class Replay {

            /**
             * Constructs a new Replay.
             * @param [properties] Properties to set
             */
            constructor(properties?: pqa.wire.Replay.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Replay fragmentId. */
            fragmentId?: (string|null);

            /** Replay epoch. */
            epoch?: (number|null);

            /** Replay fromSeq. */
            fromSeq?: (number|null);

            /** Replay toSeq. */
            toSeq?: (number|null);

            /**
             * Encodes the specified Replay message. Does not implicitly {@link pqa.wire.Replay.verify|verify} messages.
             * @param message Replay message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: pqa.wire.Replay.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Replay message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {pqa.wire.Replay & pqa.wire.Replay.$Shape} Replay
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): pqa.wire.Replay & pqa.wire.Replay.$Shape;
        }

        namespace Replay {

            /** Properties of a Replay. */
            interface $Properties {

                /** Replay fragmentId */
                fragmentId?: (string|null);

                /** Replay epoch */
                epoch?: (number|null);

                /** Replay fromSeq */
                fromSeq?: (number|null);

                /** Replay toSeq */
                toSeq?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Replay. */
            type $Shape = pqa.wire.Replay.$Properties;
        }

        /**
         * Properties of a Replayed.
         * @deprecated Use pqa.wire.Replayed.$Properties instead.
         */
        interface IReplayed extends pqa.wire.Replayed.$Properties {
        }

        /** Represents a Replayed. */
        class Replayed {

            /**
             * Constructs a new Replayed.
             * @param [properties] Properties to set
             */
            constructor(properties?: pqa.wire.Replayed.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Replayed envelopes. */
            envelopes: pqa.wire.Envelope.$Properties[];

            /**
             * Encodes the specified Replayed message. Does not implicitly {@link pqa.wire.Replayed.verify|verify} messages.
             * @param message Replayed message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: pqa.wire.Replayed.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Replayed message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {pqa.wire.Replayed & pqa.wire.Replayed.$Shape} Replayed
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): pqa.wire.Replayed & pqa.wire.Replayed.$Shape;
        }

        namespace Replayed {

            /** Properties of a Replayed. */
            interface $Properties {

                /** Replayed envelopes */
                envelopes?: (pqa.wire.Envelope.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Replayed. */
            type $Shape = pqa.wire.Replayed.$Properties;
        }

        /**
         * Properties of a Snapshot.
         * @deprecated Use pqa.wire.Snapshot.$Properties instead.
         */
        interface ISnapshot extends pqa.wire.Snapshot.$Properties {
        }

        /** Represents a Snapshot. */
        class Snapshot {

            /**
             * Constructs a new Snapshot.
             * @param [properties] Properties to set
             */
            constructor(properties?: pqa.wire.Snapshot.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Snapshot fragmentId. */
            fragmentId?: (string|null);

            /** Snapshot fromMs. */
            fromMs?: (number|null);

            /**
             * Encodes the specified Snapshot message. Does not implicitly {@link pqa.wire.Snapshot.verify|verify} messages.
             * @param message Snapshot message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: pqa.wire.Snapshot.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Snapshot message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {pqa.wire.Snapshot & pqa.wire.Snapshot.$Shape} Snapshot
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): pqa.wire.Snapshot & pqa.wire.Snapshot.$Shape;
        }

        namespace Snapshot {

            /** Properties of a Snapshot. */
            interface $Properties {

                /** Snapshot fragmentId */
                fragmentId?: (string|null);

                /** Snapshot fromMs */
                fromMs?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Snapshot. */
            type $Shape = pqa.wire.Snapshot.$Properties;
        }

        /**
         * Properties of a SnapshotRows.
         * @deprecated Use pqa.wire.SnapshotRows.$Properties instead.
         */
        interface ISnapshotRows extends pqa.wire.SnapshotRows.$Properties {
        }

        /** Represents a SnapshotRows. */
        class SnapshotRows {

            /**
             * Constructs a new SnapshotRows.
             * @param [properties] Properties to set
             */
            constructor(properties?: pqa.wire.SnapshotRows.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** SnapshotRows epoch. */
            epoch?: (number|null);

            /** SnapshotRows seq. */
            seq?: (number|null);

            /** SnapshotRows watermarkMs. */
            watermarkMs?: (number|null);

            /** SnapshotRows domain. */
            domain?: (string|null);

            /** SnapshotRows rows. */
            rows: pqa.wire.Row.$Properties[];

            /**
             * Encodes the specified SnapshotRows message. Does not implicitly {@link pqa.wire.SnapshotRows.verify|verify} messages.
             * @param message SnapshotRows message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: pqa.wire.SnapshotRows.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a SnapshotRows message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {pqa.wire.SnapshotRows & pqa.wire.SnapshotRows.$Shape} SnapshotRows
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): pqa.wire.SnapshotRows & pqa.wire.SnapshotRows.$Shape;
        }

        namespace SnapshotRows {

            /** Properties of a SnapshotRows. */
            interface $Properties {

                /** SnapshotRows epoch */
                epoch?: (number|null);

                /** SnapshotRows seq */
                seq?: (number|null);

                /** SnapshotRows watermarkMs */
                watermarkMs?: (number|null);

                /** SnapshotRows domain */
                domain?: (string|null);

                /** SnapshotRows rows */
                rows?: (pqa.wire.Row.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a SnapshotRows. */
            type $Shape = {
              epoch?: number|null;
              seq?: number|null;
              watermarkMs?: number|null;
              domain?: string|null;
              rows?: pqa.wire.Row.$Shape[]|null;
              $unknowns?: Uint8Array[];
            };
        }

        /**
         * Properties of an AskProgress.
         * @deprecated Use pqa.wire.AskProgress.$Properties instead.
         */
        interface IAskProgress extends pqa.wire.AskProgress.$Properties {
        }

        /** Represents an AskProgress. */
        class AskProgress {

            /**
             * Constructs a new AskProgress.
             * @param [properties] Properties to set
             */
            constructor(properties?: pqa.wire.AskProgress.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** AskProgress fragmentIds. */
            fragmentIds: string[];

            /** AskProgress untilMs. */
            untilMs?: (number|null);

            /**
             * Encodes the specified AskProgress message. Does not implicitly {@link pqa.wire.AskProgress.verify|verify} messages.
             * @param message AskProgress message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: pqa.wire.AskProgress.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an AskProgress message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {pqa.wire.AskProgress & pqa.wire.AskProgress.$Shape} AskProgress
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): pqa.wire.AskProgress & pqa.wire.AskProgress.$Shape;
        }

        namespace AskProgress {

            /** Properties of an AskProgress. */
            interface $Properties {

                /** AskProgress fragmentIds */
                fragmentIds?: (string[]|null);

                /** AskProgress untilMs */
                untilMs?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an AskProgress. */
            type $Shape = pqa.wire.AskProgress.$Properties;
        }

        /**
         * Properties of a Catalog.
         * @deprecated Use pqa.wire.Catalog.$Properties instead.
         */
        interface ICatalog extends pqa.wire.Catalog.$Properties {
        }

        /** Represents a Catalog. */
        class Catalog {

            /**
             * Constructs a new Catalog.
             * @param [properties] Properties to set
             */
            constructor(properties?: pqa.wire.Catalog.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Catalog knownVersion. */
            knownVersion?: (number|null);

            /**
             * Encodes the specified Catalog message. Does not implicitly {@link pqa.wire.Catalog.verify|verify} messages.
             * @param message Catalog message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: pqa.wire.Catalog.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Catalog message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {pqa.wire.Catalog & pqa.wire.Catalog.$Shape} Catalog
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): pqa.wire.Catalog & pqa.wire.Catalog.$Shape;
        }

        namespace Catalog {

            /** Properties of a Catalog. */
            interface $Properties {

                /** Catalog knownVersion */
                knownVersion?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Catalog. */
            type $Shape = pqa.wire.Catalog.$Properties;
        }

        /**
         * Properties of a CatalogReply.
         * @deprecated Use pqa.wire.CatalogReply.$Properties instead.
         */
        interface ICatalogReply extends pqa.wire.CatalogReply.$Properties {
        }

        /** Represents a CatalogReply. */
        class CatalogReply {

            /**
             * Constructs a new CatalogReply.
             * @param [properties] Properties to set
             */
            constructor(properties?: pqa.wire.CatalogReply.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** CatalogReply changed. */
            changed?: (boolean|null);

            /** CatalogReply domain. */
            domain?: (string|null);

            /** CatalogReply version. */
            version?: (number|null);

            /** CatalogReply metrics. */
            metrics: pqa.wire.Metric.$Properties[];

            /** CatalogReply figures. */
            figures: pqa.wire.MetricFigures.$Properties[];

            /**
             * Encodes the specified CatalogReply message. Does not implicitly {@link pqa.wire.CatalogReply.verify|verify} messages.
             * @param message CatalogReply message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: pqa.wire.CatalogReply.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a CatalogReply message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {pqa.wire.CatalogReply & pqa.wire.CatalogReply.$Shape} CatalogReply
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): pqa.wire.CatalogReply & pqa.wire.CatalogReply.$Shape;
        }

        namespace CatalogReply {

            /** Properties of a CatalogReply. */
            interface $Properties {

                /** CatalogReply changed */
                changed?: (boolean|null);

                /** CatalogReply domain */
                domain?: (string|null);

                /** CatalogReply version */
                version?: (number|null);

                /** CatalogReply metrics */
                metrics?: (pqa.wire.Metric.$Properties[]|null);

                /** CatalogReply figures */
                figures?: (pqa.wire.MetricFigures.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a CatalogReply. */
            type $Shape = pqa.wire.CatalogReply.$Properties;
        }

        /**
         * Properties of a MetricFigures.
         * @deprecated Use pqa.wire.MetricFigures.$Properties instead.
         */
        interface IMetricFigures extends pqa.wire.MetricFigures.$Properties {
        }

        /** Represents a MetricFigures. */
        class MetricFigures {

            /**
             * Constructs a new MetricFigures.
             * @param [properties] Properties to set
             */
            constructor(properties?: pqa.wire.MetricFigures.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** MetricFigures metric. */
            metric?: (string|null);

            /** MetricFigures rateHz. */
            rateHz?: (number|null);

            /** MetricFigures columns. */
            columns: pqa.wire.ColumnFigures.$Properties[];

            /**
             * Encodes the specified MetricFigures message. Does not implicitly {@link pqa.wire.MetricFigures.verify|verify} messages.
             * @param message MetricFigures message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: pqa.wire.MetricFigures.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a MetricFigures message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {pqa.wire.MetricFigures & pqa.wire.MetricFigures.$Shape} MetricFigures
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): pqa.wire.MetricFigures & pqa.wire.MetricFigures.$Shape;
        }

        namespace MetricFigures {

            /** Properties of a MetricFigures. */
            interface $Properties {

                /** MetricFigures metric */
                metric?: (string|null);

                /** MetricFigures rateHz */
                rateHz?: (number|null);

                /** MetricFigures columns */
                columns?: (pqa.wire.ColumnFigures.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a MetricFigures. */
            type $Shape = pqa.wire.MetricFigures.$Properties;
        }

        /**
         * Properties of a ColumnFigures.
         * @deprecated Use pqa.wire.ColumnFigures.$Properties instead.
         */
        interface IColumnFigures extends pqa.wire.ColumnFigures.$Properties {
        }

        /** Represents a ColumnFigures. */
        class ColumnFigures {

            /**
             * Constructs a new ColumnFigures.
             * @param [properties] Properties to set
             */
            constructor(properties?: pqa.wire.ColumnFigures.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ColumnFigures name. */
            name?: (string|null);

            /** ColumnFigures bytes. */
            bytes?: (number|null);

            /** ColumnFigures distinct. */
            distinct?: (number|null);

            /**
             * Encodes the specified ColumnFigures message. Does not implicitly {@link pqa.wire.ColumnFigures.verify|verify} messages.
             * @param message ColumnFigures message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: pqa.wire.ColumnFigures.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ColumnFigures message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {pqa.wire.ColumnFigures & pqa.wire.ColumnFigures.$Shape} ColumnFigures
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): pqa.wire.ColumnFigures & pqa.wire.ColumnFigures.$Shape;
        }

        namespace ColumnFigures {

            /** Properties of a ColumnFigures. */
            interface $Properties {

                /** ColumnFigures name */
                name?: (string|null);

                /** ColumnFigures bytes */
                bytes?: (number|null);

                /** ColumnFigures distinct */
                distinct?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ColumnFigures. */
            type $Shape = pqa.wire.ColumnFigures.$Properties;
        }

        /**
         * Properties of a Metric.
         * @deprecated Use pqa.wire.Metric.$Properties instead.
         */
        interface IMetric extends pqa.wire.Metric.$Properties {
        }

        /** Represents a Metric. */
        class Metric {

            /**
             * Constructs a new Metric.
             * @param [properties] Properties to set
             */
            constructor(properties?: pqa.wire.Metric.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Metric name. */
            name?: (string|null);

            /** Metric description. */
            description?: (string|null);

            /** Metric properties. */
            properties: pqa.wire.Column.$Properties[];

            /** Metric units. */
            units: pqa.wire.Unit.$Properties[];

            /** Metric aggregateOnly. */
            aggregateOnly?: (boolean|null);

            /**
             * Encodes the specified Metric message. Does not implicitly {@link pqa.wire.Metric.verify|verify} messages.
             * @param message Metric message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: pqa.wire.Metric.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Metric message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {pqa.wire.Metric & pqa.wire.Metric.$Shape} Metric
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): pqa.wire.Metric & pqa.wire.Metric.$Shape;
        }

        namespace Metric {

            /** Properties of a Metric. */
            interface $Properties {

                /** Metric name */
                name?: (string|null);

                /** Metric description */
                description?: (string|null);

                /** Metric properties */
                properties?: (pqa.wire.Column.$Properties[]|null);

                /** Metric units */
                units?: (pqa.wire.Unit.$Properties[]|null);

                /** Metric aggregateOnly */
                aggregateOnly?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Metric. */
            type $Shape = pqa.wire.Metric.$Properties;
        }

        /**
         * Properties of a Unit.
         * @deprecated Use pqa.wire.Unit.$Properties instead.
         */
        interface IUnit extends pqa.wire.Unit.$Properties {
        }

        /** Represents a Unit. */
        class Unit {

            /**
             * Constructs a new Unit.
             * @param [properties] Properties to set
             */
            constructor(properties?: pqa.wire.Unit.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Unit property. */
            property?: (string|null);

            /** Unit unit. */
            unit?: (string|null);

            /**
             * Encodes the specified Unit message. Does not implicitly {@link pqa.wire.Unit.verify|verify} messages.
             * @param message Unit message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: pqa.wire.Unit.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Unit message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {pqa.wire.Unit & pqa.wire.Unit.$Shape} Unit
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): pqa.wire.Unit & pqa.wire.Unit.$Shape;
        }

        namespace Unit {

            /** Properties of a Unit. */
            interface $Properties {

                /** Unit property */
                property?: (string|null);

                /** Unit unit */
                unit?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Unit. */
            type $Shape = pqa.wire.Unit.$Properties;
        }

        /**
         * Properties of a Heartbeat.
         * @deprecated Use pqa.wire.Heartbeat.$Properties instead.
         */
        interface IHeartbeat extends pqa.wire.Heartbeat.$Properties {
        }

        /** Represents a Heartbeat. */
        class Heartbeat {

            /**
             * Constructs a new Heartbeat.
             * @param [properties] Properties to set
             */
            constructor(properties?: pqa.wire.Heartbeat.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Heartbeat sentMs. */
            sentMs?: (number|null);

            /** Heartbeat fragments. */
            fragments: pqa.wire.Progress.$Properties[];

            /**
             * Encodes the specified Heartbeat message. Does not implicitly {@link pqa.wire.Heartbeat.verify|verify} messages.
             * @param message Heartbeat message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: pqa.wire.Heartbeat.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Heartbeat message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {pqa.wire.Heartbeat & pqa.wire.Heartbeat.$Shape} Heartbeat
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): pqa.wire.Heartbeat & pqa.wire.Heartbeat.$Shape;
        }

        namespace Heartbeat {

            /** Properties of a Heartbeat. */
            interface $Properties {

                /** Heartbeat sentMs */
                sentMs?: (number|null);

                /** Heartbeat fragments */
                fragments?: (pqa.wire.Progress.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Heartbeat. */
            type $Shape = pqa.wire.Heartbeat.$Properties;
        }

        /**
         * Properties of a Progress.
         * @deprecated Use pqa.wire.Progress.$Properties instead.
         */
        interface IProgress extends pqa.wire.Progress.$Properties {
        }

        /** Represents a Progress. */
        class Progress {

            /**
             * Constructs a new Progress.
             * @param [properties] Properties to set
             */
            constructor(properties?: pqa.wire.Progress.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Progress fragmentId. */
            fragmentId?: (string|null);

            /** Progress epoch. */
            epoch?: (number|null);

            /** Progress watermarkMs. */
            watermarkMs?: (number|null);

            /** Progress lastSeq. */
            lastSeq?: (number|null);

            /** Progress silence. */
            silence?: (pqa.wire.SilentProgress.$Properties|null);

            /** Progress lacks. */
            lacks: pqa.wire.Lack.$Properties[];

            /**
             * Encodes the specified Progress message. Does not implicitly {@link pqa.wire.Progress.verify|verify} messages.
             * @param message Progress message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: pqa.wire.Progress.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Progress message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {pqa.wire.Progress & pqa.wire.Progress.$Shape} Progress
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): pqa.wire.Progress & pqa.wire.Progress.$Shape;
        }

        namespace Progress {

            /** Properties of a Progress. */
            interface $Properties {

                /** Progress fragmentId */
                fragmentId?: (string|null);

                /** Progress epoch */
                epoch?: (number|null);

                /** Progress watermarkMs */
                watermarkMs?: (number|null);

                /** Progress lastSeq */
                lastSeq?: (number|null);

                /** Progress silence */
                silence?: (pqa.wire.SilentProgress.$Properties|null);

                /** Progress lacks */
                lacks?: (pqa.wire.Lack.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Progress. */
            type $Shape = pqa.wire.Progress.$Properties;
        }

        /**
         * Properties of a HeartbeatFrame.
         * @deprecated Use pqa.wire.HeartbeatFrame.$Properties instead.
         */
        interface IHeartbeatFrame extends pqa.wire.HeartbeatFrame.$Properties {
        }

        /** Represents a HeartbeatFrame. */
        class HeartbeatFrame {

            /**
             * Constructs a new HeartbeatFrame.
             * @param [properties] Properties to set
             */
            constructor(properties?: pqa.wire.HeartbeatFrame.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** HeartbeatFrame hello. */
            hello?: (pqa.wire.Hello.$Properties|null);

            /** HeartbeatFrame heartbeat. */
            heartbeat?: (pqa.wire.Heartbeat.$Properties|null);

            /**
             * Encodes the specified HeartbeatFrame message. Does not implicitly {@link pqa.wire.HeartbeatFrame.verify|verify} messages.
             * @param message HeartbeatFrame message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: pqa.wire.HeartbeatFrame.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a HeartbeatFrame message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {pqa.wire.HeartbeatFrame & pqa.wire.HeartbeatFrame.$Shape} HeartbeatFrame
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): pqa.wire.HeartbeatFrame & pqa.wire.HeartbeatFrame.$Shape;
        }

        namespace HeartbeatFrame {

            /** Properties of a HeartbeatFrame. */
            interface $Properties {

                /** HeartbeatFrame hello */
                hello?: (pqa.wire.Hello.$Properties|null);

                /** HeartbeatFrame heartbeat */
                heartbeat?: (pqa.wire.Heartbeat.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a HeartbeatFrame. */
            type $Shape = pqa.wire.HeartbeatFrame.$Properties;
        }

        /** SilenceStep enum. */
        enum SilenceStep {

            /** REPORT value */
            REPORT = 0,

            /** ARM value */
            ARM = 1,

            /** BEGIN value */
            BEGIN = 2,

            /** END value */
            END = 3
        }

        /**
         * Properties of a Silence.
         * @deprecated Use pqa.wire.Silence.$Properties instead.
         */
        interface ISilence extends pqa.wire.Silence.$Properties {
        }

        /** Represents a Silence. */
        class Silence {

            /**
             * Constructs a new Silence.
             * @param [properties] Properties to set
             */
            constructor(properties?: pqa.wire.Silence.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Silence fragmentId. */
            fragmentId?: (string|null);

            /** Silence step. */
            step?: (pqa.wire.SilenceStep|null);

            /** Silence version. */
            version?: (number|null);

            /** Silence atMs. */
            atMs?: (number|null);

            /** Silence bounds. */
            bounds?: (pqa.wire.SilentBounds.$Properties|null);

            /**
             * Encodes the specified Silence message. Does not implicitly {@link pqa.wire.Silence.verify|verify} messages.
             * @param message Silence message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: pqa.wire.Silence.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Silence message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {pqa.wire.Silence & pqa.wire.Silence.$Shape} Silence
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): pqa.wire.Silence & pqa.wire.Silence.$Shape;
        }

        namespace Silence {

            /** Properties of a Silence. */
            interface $Properties {

                /** Silence fragmentId */
                fragmentId?: (string|null);

                /** Silence step */
                step?: (pqa.wire.SilenceStep|null);

                /** Silence version */
                version?: (number|null);

                /** Silence atMs */
                atMs?: (number|null);

                /** Silence bounds */
                bounds?: (pqa.wire.SilentBounds.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Silence. */
            type $Shape = {
              fragmentId?: string|null;
              step?: pqa.wire.SilenceStep|null;
              version?: number|null;
              atMs?: number|null;
              bounds?: pqa.wire.SilentBounds.$Shape|null;
              $unknowns?: Uint8Array[];
            };
        }

        /**
         * Properties of a SilentBounds.
         * @deprecated Use pqa.wire.SilentBounds.$Properties instead.
         */
        interface ISilentBounds extends pqa.wire.SilentBounds.$Properties {
        }

        /** Represents a SilentBounds. */
        class SilentBounds {

            /**
             * Constructs a new SilentBounds.
             * @param [properties] Properties to set
             */
            constructor(properties?: pqa.wire.SilentBounds.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** SilentBounds atom. */
            atom?: (number|null);

            /** SilentBounds others. */
            others?: (number|null);

            /** SilentBounds groups. */
            groups: pqa.wire.GroupLevels.$Properties[];

            /** SilentBounds mass. */
            mass?: (number|null);

            /**
             * Encodes the specified SilentBounds message. Does not implicitly {@link pqa.wire.SilentBounds.verify|verify} messages.
             * @param message SilentBounds message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: pqa.wire.SilentBounds.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a SilentBounds message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {pqa.wire.SilentBounds & pqa.wire.SilentBounds.$Shape} SilentBounds
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): pqa.wire.SilentBounds & pqa.wire.SilentBounds.$Shape;
        }

        namespace SilentBounds {

            /** Properties of a SilentBounds. */
            interface $Properties {

                /** SilentBounds atom */
                atom?: (number|null);

                /** SilentBounds others */
                others?: (number|null);

                /** SilentBounds groups */
                groups?: (pqa.wire.GroupLevels.$Properties[]|null);

                /** SilentBounds mass */
                mass?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a SilentBounds. */
            type $Shape = {
              atom?: number|null;
              others?: number|null;
              groups?: pqa.wire.GroupLevels.$Shape[]|null;
              mass?: number|null;
              $unknowns?: Uint8Array[];
            };
        }

        /**
         * Properties of a GroupLevels.
         * @deprecated Use pqa.wire.GroupLevels.$Properties instead.
         */
        interface IGroupLevels extends pqa.wire.GroupLevels.$Properties {
        }

        /** Represents a GroupLevels. */
        class GroupLevels {

            /**
             * Constructs a new GroupLevels.
             * @param [properties] Properties to set
             */
            constructor(properties?: pqa.wire.GroupLevels.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** GroupLevels key. */
            key: pqa.wire.Value.$Properties[];

            /** GroupLevels levels. */
            levels: number[];

            /**
             * Encodes the specified GroupLevels message. Does not implicitly {@link pqa.wire.GroupLevels.verify|verify} messages.
             * @param message GroupLevels message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: pqa.wire.GroupLevels.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a GroupLevels message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {pqa.wire.GroupLevels & pqa.wire.GroupLevels.$Shape} GroupLevels
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): pqa.wire.GroupLevels & pqa.wire.GroupLevels.$Shape;
        }

        namespace GroupLevels {

            /** Properties of a GroupLevels. */
            interface $Properties {

                /** GroupLevels key */
                key?: (pqa.wire.Value.$Properties[]|null);

                /** GroupLevels levels */
                levels?: (number[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a GroupLevels. */
            type $Shape = {
              key?: pqa.wire.Value.$Shape[]|null;
              levels?: number[]|null;
              $unknowns?: Uint8Array[];
            };
        }

        /**
         * Properties of a SilenceReply.
         * @deprecated Use pqa.wire.SilenceReply.$Properties instead.
         */
        interface ISilenceReply extends pqa.wire.SilenceReply.$Properties {
        }

        /** Represents a SilenceReply. */
        class SilenceReply {

            /**
             * Constructs a new SilenceReply.
             * @param [properties] Properties to set
             */
            constructor(properties?: pqa.wire.SilenceReply.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** SilenceReply done. */
            done?: (boolean|null);

            /** SilenceReply atMs. */
            atMs?: (number|null);

            /** SilenceReply groups. */
            groups: pqa.wire.GroupLevels.$Properties[];

            /**
             * Encodes the specified SilenceReply message. Does not implicitly {@link pqa.wire.SilenceReply.verify|verify} messages.
             * @param message SilenceReply message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: pqa.wire.SilenceReply.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a SilenceReply message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {pqa.wire.SilenceReply & pqa.wire.SilenceReply.$Shape} SilenceReply
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): pqa.wire.SilenceReply & pqa.wire.SilenceReply.$Shape;
        }

        namespace SilenceReply {

            /** Properties of a SilenceReply. */
            interface $Properties {

                /** SilenceReply done */
                done?: (boolean|null);

                /** SilenceReply atMs */
                atMs?: (number|null);

                /** SilenceReply groups */
                groups?: (pqa.wire.GroupLevels.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a SilenceReply. */
            type $Shape = {
              done?: boolean|null;
              atMs?: number|null;
              groups?: pqa.wire.GroupLevels.$Shape[]|null;
              $unknowns?: Uint8Array[];
            };
        }

        /**
         * Properties of a SilentProgress.
         * @deprecated Use pqa.wire.SilentProgress.$Properties instead.
         */
        interface ISilentProgress extends pqa.wire.SilentProgress.$Properties {
        }

        /** Represents a SilentProgress. */
        class SilentProgress {

            /**
             * Constructs a new SilentProgress.
             * @param [properties] Properties to set
             */
            constructor(properties?: pqa.wire.SilentProgress.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** SilentProgress version. */
            version?: (number|null);

            /** SilentProgress heldMs. */
            heldMs?: (number|null);

            /** SilentProgress broken. */
            broken?: (boolean|null);

            /**
             * Encodes the specified SilentProgress message. Does not implicitly {@link pqa.wire.SilentProgress.verify|verify} messages.
             * @param message SilentProgress message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: pqa.wire.SilentProgress.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a SilentProgress message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {pqa.wire.SilentProgress & pqa.wire.SilentProgress.$Shape} SilentProgress
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): pqa.wire.SilentProgress & pqa.wire.SilentProgress.$Shape;
        }

        namespace SilentProgress {

            /** Properties of a SilentProgress. */
            interface $Properties {

                /** SilentProgress version */
                version?: (number|null);

                /** SilentProgress heldMs */
                heldMs?: (number|null);

                /** SilentProgress broken */
                broken?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a SilentProgress. */
            type $Shape = pqa.wire.SilentProgress.$Properties;
        }

        /**
         * Properties of an Envelope.
         * @deprecated Use pqa.wire.Envelope.$Properties instead.
         */
        interface IEnvelope extends pqa.wire.Envelope.$Properties {
        }

        /** Represents an Envelope. */
        class Envelope {

            /**
             * Constructs a new Envelope.
             * @param [properties] Properties to set
             */
            constructor(properties?: pqa.wire.Envelope.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Envelope fragmentId. */
            fragmentId?: (string|null);

            /** Envelope epoch. */
            epoch?: (number|null);

            /** Envelope seq. */
            seq?: (number|null);

            /** Envelope keyId. */
            keyId?: (string|null);

            /** Envelope watermarkMs. */
            watermarkMs?: (number|null);

            /** Envelope nonce. */
            nonce?: (Uint8Array|null);

            /** Envelope payload. */
            payload?: (Uint8Array|null);

            /**
             * Encodes the specified Envelope message. Does not implicitly {@link pqa.wire.Envelope.verify|verify} messages.
             * @param message Envelope message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: pqa.wire.Envelope.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an Envelope message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {pqa.wire.Envelope & pqa.wire.Envelope.$Shape} Envelope
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): pqa.wire.Envelope & pqa.wire.Envelope.$Shape;
        }

        namespace Envelope {

            /** Properties of an Envelope. */
            interface $Properties {

                /** Envelope fragmentId */
                fragmentId?: (string|null);

                /** Envelope epoch */
                epoch?: (number|null);

                /** Envelope seq */
                seq?: (number|null);

                /** Envelope keyId */
                keyId?: (string|null);

                /** Envelope watermarkMs */
                watermarkMs?: (number|null);

                /** Envelope nonce */
                nonce?: (Uint8Array|null);

                /** Envelope payload */
                payload?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an Envelope. */
            type $Shape = pqa.wire.Envelope.$Properties;
        }

        /**
         * Properties of a Payload.
         * @deprecated Use pqa.wire.Payload.$Properties instead.
         */
        interface IPayload extends pqa.wire.Payload.$Properties {
        }

        /** Represents a Payload. */
        class Payload {

            /**
             * Constructs a new Payload.
             * @param [properties] Properties to set
             */
            constructor(properties?: pqa.wire.Payload.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Payload domain. */
            domain?: (string|null);

            /** Payload baseMs. */
            baseMs?: (number|null);

            /** Payload baseSeq. */
            baseSeq?: (number|null);

            /** Payload deltas. */
            deltas: pqa.wire.Delta.$Properties[];

            /**
             * Encodes the specified Payload message. Does not implicitly {@link pqa.wire.Payload.verify|verify} messages.
             * @param message Payload message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: pqa.wire.Payload.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Payload message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {pqa.wire.Payload & pqa.wire.Payload.$Shape} Payload
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): pqa.wire.Payload & pqa.wire.Payload.$Shape;
        }

        namespace Payload {

            /** Properties of a Payload. */
            interface $Properties {

                /** Payload domain */
                domain?: (string|null);

                /** Payload baseMs */
                baseMs?: (number|null);

                /** Payload baseSeq */
                baseSeq?: (number|null);

                /** Payload deltas */
                deltas?: (pqa.wire.Delta.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Payload. */
            type $Shape = {
              domain?: string|null;
              baseMs?: number|null;
              baseSeq?: number|null;
              deltas?: pqa.wire.Delta.$Shape[]|null;
              $unknowns?: Uint8Array[];
            };
        }

        /**
         * Properties of a Delta.
         * @deprecated Use pqa.wire.Delta.$Properties instead.
         */
        interface IDelta extends pqa.wire.Delta.$Properties {
        }

        /** Represents a Delta. */
        class Delta {

            /**
             * Constructs a new Delta.
             * @param [properties] Properties to set
             */
            constructor(properties?: pqa.wire.Delta.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Delta ms. */
            ms?: (number|null);

            /** Delta phase. */
            phase?: (pqa.wire.Phase|null);

            /** Delta domain. */
            domain?: (string|null);

            /** Delta seq. */
            seq?: (number|null);

            /** Delta path. */
            path: number[];

            /** Delta gap. */
            gap?: (boolean|null);

            /** Delta updates. */
            updates: pqa.wire.Update.$Properties[];

            /** Delta lacks. */
            lacks: pqa.wire.Lack.$Properties[];

            /**
             * Encodes the specified Delta message. Does not implicitly {@link pqa.wire.Delta.verify|verify} messages.
             * @param message Delta message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: pqa.wire.Delta.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Delta message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {pqa.wire.Delta & pqa.wire.Delta.$Shape} Delta
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): pqa.wire.Delta & pqa.wire.Delta.$Shape;
        }

        namespace Delta {

            /** Properties of a Delta. */
            interface $Properties {

                /** Delta ms */
                ms?: (number|null);

                /** Delta phase */
                phase?: (pqa.wire.Phase|null);

                /** Delta domain */
                domain?: (string|null);

                /** Delta seq */
                seq?: (number|null);

                /** Delta path */
                path?: (number[]|null);

                /** Delta gap */
                gap?: (boolean|null);

                /** Delta updates */
                updates?: (pqa.wire.Update.$Properties[]|null);

                /** Delta lacks */
                lacks?: (pqa.wire.Lack.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Delta. */
            type $Shape = {
              ms?: number|null;
              phase?: pqa.wire.Phase|null;
              domain?: string|null;
              seq?: number|null;
              path?: number[]|null;
              gap?: boolean|null;
              updates?: pqa.wire.Update.$Shape[]|null;
              lacks?: pqa.wire.Lack.$Shape[]|null;
              $unknowns?: Uint8Array[];
            };
        }

        /**
         * Properties of a Lack.
         * @deprecated Use pqa.wire.Lack.$Properties instead.
         */
        interface ILack extends pqa.wire.Lack.$Properties {
        }

        /** Represents a Lack. */
        class Lack {

            /**
             * Constructs a new Lack.
             * @param [properties] Properties to set
             */
            constructor(properties?: pqa.wire.Lack.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Lack domain. */
            domain?: (string|null);

            /** Lack state. */
            state?: (pqa.wire.LackState|null);

            /** Lack completeFromMs. */
            completeFromMs?: (number|null);

            /**
             * Encodes the specified Lack message. Does not implicitly {@link pqa.wire.Lack.verify|verify} messages.
             * @param message Lack message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: pqa.wire.Lack.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Lack message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {pqa.wire.Lack & pqa.wire.Lack.$Shape} Lack
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): pqa.wire.Lack & pqa.wire.Lack.$Shape;
        }

        namespace Lack {

            /** Properties of a Lack. */
            interface $Properties {

                /** Lack domain */
                domain?: (string|null);

                /** Lack state */
                state?: (pqa.wire.LackState|null);

                /** Lack completeFromMs */
                completeFromMs?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Lack. */
            type $Shape = pqa.wire.Lack.$Properties;
        }

        /** LackState enum. */
        enum LackState {

            /** LIVE value */
            LIVE = 0,

            /** STALE value */
            STALE = 1,

            /** REFILLING value */
            REFILLING = 2
        }

        /** Phase enum. */
        enum Phase {

            /** EVENT value */
            EVENT = 0,

            /** TIMERS_BEFORE value */
            TIMERS_BEFORE = 1,

            /** TIMERS_AFTER value */
            TIMERS_AFTER = 2
        }

        /**
         * Properties of an Update.
         * @deprecated Use pqa.wire.Update.$Properties instead.
         */
        interface IUpdate extends pqa.wire.Update.$Properties {
        }

        /** Represents an Update. */
        class Update {

            /**
             * Constructs a new Update.
             * @param [properties] Properties to set
             */
            constructor(properties?: pqa.wire.Update.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Update insert. */
            insert: pqa.wire.Row.$Properties[];

            /** Update remove. */
            remove: pqa.wire.Row.$Properties[];

            /**
             * Encodes the specified Update message. Does not implicitly {@link pqa.wire.Update.verify|verify} messages.
             * @param message Update message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: pqa.wire.Update.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an Update message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {pqa.wire.Update & pqa.wire.Update.$Shape} Update
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): pqa.wire.Update & pqa.wire.Update.$Shape;
        }

        namespace Update {

            /** Properties of an Update. */
            interface $Properties {

                /** Update insert */
                insert?: (pqa.wire.Row.$Properties[]|null);

                /** Update remove */
                remove?: (pqa.wire.Row.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an Update. */
            type $Shape = {
              insert?: pqa.wire.Row.$Shape[]|null;
              remove?: pqa.wire.Row.$Shape[]|null;
              $unknowns?: Uint8Array[];
            };
        }

        /**
         * Properties of a Row.
         * @deprecated Use pqa.wire.Row.$Properties instead.
         */
        interface IRow extends pqa.wire.Row.$Properties {
        }

        /** Represents a Row. */
        class Row {

            /**
             * Constructs a new Row.
             * @param [properties] Properties to set
             */
            constructor(properties?: pqa.wire.Row.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Row seq. */
            seq?: (number|null);

            /** Row domain. */
            domain?: (string|null);

            /** Row part. */
            part?: (number|null);

            /** Row values. */
            values: pqa.wire.Value.$Properties[];

            /**
             * Encodes the specified Row message. Does not implicitly {@link pqa.wire.Row.verify|verify} messages.
             * @param message Row message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: pqa.wire.Row.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Row message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {pqa.wire.Row & pqa.wire.Row.$Shape} Row
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): pqa.wire.Row & pqa.wire.Row.$Shape;
        }

        namespace Row {

            /** Properties of a Row. */
            interface $Properties {

                /** Row seq */
                seq?: (number|null);

                /** Row domain */
                domain?: (string|null);

                /** Row part */
                part?: (number|null);

                /** Row values */
                values?: (pqa.wire.Value.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Row. */
            type $Shape = {
              seq?: number|null;
              domain?: string|null;
              part?: number|null;
              values?: pqa.wire.Value.$Shape[]|null;
              $unknowns?: Uint8Array[];
            };
        }

        /**
         * Properties of a Value.
         * @deprecated Use pqa.wire.Value.$Properties instead.
         */
        interface IValue extends pqa.wire.Value.$Properties {
        }

        /** Represents a Value. */
        class Value {

            /**
             * Constructs a new Value.
             * @param [properties] Properties to set
             */
            constructor(properties?: pqa.wire.Value.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Value bool. */
            bool?: (boolean|null);

            /** Value integer. */
            integer?: (number|null);

            /** Value number. */
            number?: (number|null);

            /** Value text. */
            text?: (string|null);

            /** Value list. */
            list?: (pqa.wire.ValueList.$Properties|null);

            /** Value map. */
            map?: (pqa.wire.ValueMap.$Properties|null);

            /** Value kind. */
            kind?: ("bool"|"integer"|"number"|"text"|"list"|"map");

            /**
             * Encodes the specified Value message. Does not implicitly {@link pqa.wire.Value.verify|verify} messages.
             * @param message Value message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: pqa.wire.Value.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Value message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {pqa.wire.Value & pqa.wire.Value.$Shape} Value
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): pqa.wire.Value & pqa.wire.Value.$Shape;
        }

        namespace Value {

            /** Properties of a Value. */
            interface $Properties {

                /** Value bool */
                bool?: (boolean|null);

                /** Value integer */
                integer?: (number|null);

                /** Value number */
                number?: (number|null);

                /** Value text */
                text?: (string|null);

                /** Value list */
                list?: (pqa.wire.ValueList.$Properties|null);

                /** Value map */
                map?: (pqa.wire.ValueMap.$Properties|null);

                /** Value kind */
                kind?: ("bool"|"integer"|"number"|"text"|"list"|"map");

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Narrowed shape of a Value. */
            type $Shape = {
              bool?: boolean|null;
              integer?: number|null;
              number?: number|null;
              text?: string|null;
              list?: pqa.wire.ValueList.$Shape|null;
              map?: pqa.wire.ValueMap.$Shape|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ kind?: undefined; bool?: null; integer?: null; number?: null; text?: null; list?: null; map?: null }|{ kind?: "bool"; bool: boolean; integer?: null; number?: null; text?: null; list?: null; map?: null }|{ kind?: "integer"; bool?: null; integer: number; number?: null; text?: null; list?: null; map?: null }|{ kind?: "number"; bool?: null; integer?: null; number: number; text?: null; list?: null; map?: null }|{ kind?: "text"; bool?: null; integer?: null; number?: null; text: string; list?: null; map?: null }|{ kind?: "list"; bool?: null; integer?: null; number?: null; text?: null; list: pqa.wire.ValueList.$Shape; map?: null }|{ kind?: "map"; bool?: null; integer?: null; number?: null; text?: null; list?: null; map: pqa.wire.ValueMap.$Shape })
            );
        }

        /**
         * Properties of a ValueList.
         * @deprecated Use pqa.wire.ValueList.$Properties instead.
         */
        interface IValueList extends pqa.wire.ValueList.$Properties {
        }

        /** Represents a ValueList. */
        class ValueList {

            /**
             * Constructs a new ValueList.
             * @param [properties] Properties to set
             */
            constructor(properties?: pqa.wire.ValueList.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ValueList items. */
            items: pqa.wire.Value.$Properties[];

            /**
             * Encodes the specified ValueList message. Does not implicitly {@link pqa.wire.ValueList.verify|verify} messages.
             * @param message ValueList message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: pqa.wire.ValueList.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ValueList message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {pqa.wire.ValueList & pqa.wire.ValueList.$Shape} ValueList
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): pqa.wire.ValueList & pqa.wire.ValueList.$Shape;
        }

        namespace ValueList {

            /** Properties of a ValueList. */
            interface $Properties {

                /** ValueList items */
                items?: (pqa.wire.Value.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ValueList. */
            type $Shape = {
              items?: pqa.wire.Value.$Shape[]|null;
              $unknowns?: Uint8Array[];
            };
        }

        /**
         * Properties of a ValueMap.
         * @deprecated Use pqa.wire.ValueMap.$Properties instead.
         */
        interface IValueMap extends pqa.wire.ValueMap.$Properties {
        }

        /** Represents a ValueMap. */
        class ValueMap {

            /**
             * Constructs a new ValueMap.
             * @param [properties] Properties to set
             */
            constructor(properties?: pqa.wire.ValueMap.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ValueMap members. */
            members: pqa.wire.Member.$Properties[];

            /**
             * Encodes the specified ValueMap message. Does not implicitly {@link pqa.wire.ValueMap.verify|verify} messages.
             * @param message ValueMap message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: pqa.wire.ValueMap.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ValueMap message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {pqa.wire.ValueMap & pqa.wire.ValueMap.$Shape} ValueMap
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): pqa.wire.ValueMap & pqa.wire.ValueMap.$Shape;
        }

        namespace ValueMap {

            /** Properties of a ValueMap. */
            interface $Properties {

                /** ValueMap members */
                members?: (pqa.wire.Member.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ValueMap. */
            type $Shape = {
              members?: pqa.wire.Member.$Shape[]|null;
              $unknowns?: Uint8Array[];
            };
        }

        /**
         * Properties of a Member.
         * @deprecated Use pqa.wire.Member.$Properties instead.
         */
        interface IMember extends pqa.wire.Member.$Properties {
        }

        /** Represents a Member. */
        class Member {

            /**
             * Constructs a new Member.
             * @param [properties] Properties to set
             */
            constructor(properties?: pqa.wire.Member.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Member name. */
            name?: (string|null);

            /** Member value. */
            value?: (pqa.wire.Value.$Properties|null);

            /**
             * Encodes the specified Member message. Does not implicitly {@link pqa.wire.Member.verify|verify} messages.
             * @param message Member message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: pqa.wire.Member.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Member message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {pqa.wire.Member & pqa.wire.Member.$Shape} Member
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): pqa.wire.Member & pqa.wire.Member.$Shape;
        }

        namespace Member {

            /** Properties of a Member. */
            interface $Properties {

                /** Member name */
                name?: (string|null);

                /** Member value */
                value?: (pqa.wire.Value.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Member. */
            type $Shape = {
              name?: string|null;
              value?: pqa.wire.Value.$Shape|null;
              $unknowns?: Uint8Array[];
            };
        }
    }
}
