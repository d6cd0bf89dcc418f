// Made from the service's /openapi.json by scripts/write-api-types.ts; a test compares.

export interface paths {
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Is the process alive? */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @constant */
                            status: "ok";
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Metrics, for Prometheus
         * @description From the machine itself (Host is `localhost`, `127.0.0.1` or `[::1]`) without a key, from elsewhere with the operator key.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": string;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This description, OpenAPI 3.1 */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description OpenAPI 3.1 */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Can it take alerts?
         * @description Not while it stops, nor while its store does not answer.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @constant */
                            status: "ready";
                        };
                    };
                };
                /** @description Cannot be done right now; see Retry-After */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/alert": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Search alerts
         * @description Newest first. A page may be short, even empty, and still have a next. Needs a key with the scope `deliveries:read`.
         */
        get: {
            parameters: {
                query: {
                    dedup_key?: string;
                    /** @description alerts that carry it, whatever their `dedup_key` */
                    detection_rule_id?: string;
                    event_sink_id?: string;
                    /** @description items on a page, 1 to 1000; 50 when left out */
                    "pagination[page_size]"?: number;
                    /** @description `next_page_token` of the page before; empty or left out for the first page */
                    "pagination[page_token]"?: string;
                    /** @description words to find */
                    q?: string;
                    /** @description a name or number: Unknown, Informational, Low, Medium, High, Critical, Fatal, Other */
                    severity?: string;
                    /** @description RFC 3339, or an integer whose digits tell the unit: s, ms, µs, ns */
                    since?: string;
                    /** @description `held`: pending, and its sink is paused or broken */
                    state?: "pending" | "delivered" | "failed" | "superseded" | "canceled" | "held";
                    tag?: string;
                    /** @description a string of 1 to 128 of the characters A-Z a-z 0-9 . _ : - */
                    tenant_id: string;
                    /** @description RFC 3339, or an integer whose digits tell the unit: s, ms, µs, ns */
                    until?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            data: {
                                alerts: components["schemas"]["AlertSummary"][];
                            };
                            /** @description null when nothing follows */
                            pagination: {
                                next_page_token: string;
                            } | null;
                        };
                    };
                };
                /** @description The request is not valid */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description No key, or one that is not known */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description The key may not do this */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Too many calls; see Retry-After */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Cannot be done right now; see Retry-After */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        put?: never;
        /**
         * Take an alert
         * @description Answers 202 once the alert is on disk. Unknown fields are kept and passed on. Sending the same (`tenant_id`, `id`, `action`) again stores nothing and answers the first result with `duplicate: true`. Needs a key with the scope `alerts:write`.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            /** @description Any other field is kept and passed on as it came. Only tenant_id, name, id, event_sink_ids and dedup_key are strict; another field of an unexpected type is passed on too and named in `warnings`. */
            requestBody: {
                content: {
                    "application/json": {
                        /**
                         * @default trigger
                         * @enum {unknown}
                         */
                        action?: "trigger" | "acknowledge" | "resolve";
                        /** @description what people are shown of it; values may hold `{{path}}` */
                        alert_template?: {
                            actions?: {
                                label: string;
                                /** @description part of the dedup key */
                                use_for_dedup?: boolean;
                                value: string;
                            }[];
                            info?: {
                                label: string;
                                /** @description part of the dedup key */
                                use_for_dedup?: boolean;
                                value: string;
                            }[];
                        };
                        /** @description what belongs together; detection_rule_id when left out, else id */
                        dedup_key?: string;
                        description?: string;
                        detected_in_time_range?: {
                            end: string;
                            start: string;
                        };
                        detection_rule_id?: string;
                        /** @description left out: all sinks of the tenant; []: recorded only */
                        event_sink_ids?: string[];
                        /** @description yours; the same (tenant_id, id, action) is stored once */
                        id?: string;
                        name: string;
                        query_text?: string;
                        results_table?: {
                            columns: string[];
                            rows: {
                                [key: string]: unknown;
                            }[];
                            total_row_count?: number;
                        };
                        /** @enum {unknown} */
                        severity?: "Unknown" | "Informational" | "Low" | "Medium" | "High" | "Critical" | "Fatal" | "Other";
                        /** @description OCSF; counts when `severity` says something else */
                        severity_id?: number;
                        /** @description recorded, not delivered */
                        staging?: boolean;
                        tags?: string[];
                        /** @description a string of 1 to 128 of the characters A-Z a-z 0-9 . _ : - */
                        tenant_id: string;
                        /** @description RFC 3339, or an integer whose digits tell the unit: s, ms, µs, ns */
                        timestamp?: string | number;
                    } & {
                        [key: string]: unknown;
                    };
                };
            };
            responses: {
                /** @description Taken: the alert is on disk */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            alert: {
                                duplicate: boolean;
                                id: string;
                                /**
                                 * Format: date-time
                                 * @description UTC, milliseconds
                                 * @example 2026-04-20T21:51:13.702Z
                                 */
                                received_at: string;
                                /** @description a string of 1 to 128 of the characters A-Z a-z 0-9 . _ : - */
                                tenant_id: string;
                                /** Format: uuid */
                                uid: string;
                            };
                            deliveries: {
                                /** Format: uuid */
                                event_sink_id: string;
                                /** Format: uuid */
                                id: string;
                            }[];
                            unknown_event_sink_ids?: string[];
                            warnings?: string[];
                        };
                    };
                };
                /** @description The request is not valid */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description No key, or one that is not known */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description The key may not do this */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Not there, or another tenant's */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description The body is too large */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description The body is not JSON */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Too many calls; see Retry-After */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Cannot be done right now; see Retry-After */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/alert/{uid}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get an alert with its deliveries
         * @description Needs a key with the scope `deliveries:read`.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description ours; what paths use */
                    uid: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            alert: components["schemas"]["Alert"];
                            deliveries: components["schemas"]["Delivery"][];
                        };
                    };
                };
                /** @description The request is not valid */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description No key, or one that is not known */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description The key may not do this */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Not there, or another tenant's */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Too many calls; see Retry-After */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Cannot be done right now; see Retry-After */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/alert/batch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take up to 1000 alerts
         * @description Answers 202 with a result or an error for each alert, in order. When the store is away the whole call answers 503: send it again; alerts with an `id` of yours are stored once. Needs a key with the scope `alerts:write`.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        alerts: ({
                            /**
                             * @default trigger
                             * @enum {unknown}
                             */
                            action?: "trigger" | "acknowledge" | "resolve";
                            /** @description what people are shown of it; values may hold `{{path}}` */
                            alert_template?: {
                                actions?: {
                                    label: string;
                                    /** @description part of the dedup key */
                                    use_for_dedup?: boolean;
                                    value: string;
                                }[];
                                info?: {
                                    label: string;
                                    /** @description part of the dedup key */
                                    use_for_dedup?: boolean;
                                    value: string;
                                }[];
                            };
                            /** @description what belongs together; detection_rule_id when left out, else id */
                            dedup_key?: string;
                            description?: string;
                            detected_in_time_range?: {
                                end: string;
                                start: string;
                            };
                            detection_rule_id?: string;
                            /** @description left out: all sinks of the tenant; []: recorded only */
                            event_sink_ids?: string[];
                            /** @description yours; the same (tenant_id, id, action) is stored once */
                            id?: string;
                            name: string;
                            query_text?: string;
                            results_table?: {
                                columns: string[];
                                rows: {
                                    [key: string]: unknown;
                                }[];
                                total_row_count?: number;
                            };
                            /** @enum {unknown} */
                            severity?: "Unknown" | "Informational" | "Low" | "Medium" | "High" | "Critical" | "Fatal" | "Other";
                            /** @description OCSF; counts when `severity` says something else */
                            severity_id?: number;
                            /** @description recorded, not delivered */
                            staging?: boolean;
                            tags?: string[];
                            /** @description a string of 1 to 128 of the characters A-Z a-z 0-9 . _ : - */
                            tenant_id: string;
                            /** @description RFC 3339, or an integer whose digits tell the unit: s, ms, µs, ns */
                            timestamp?: string | number;
                        } & {
                            [key: string]: unknown;
                        })[];
                    };
                };
            };
            responses: {
                /** @description A result or an error for each alert, in order */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            alerts: ({
                                alert: {
                                    duplicate: boolean;
                                    id: string;
                                    /**
                                     * Format: date-time
                                     * @description UTC, milliseconds
                                     * @example 2026-04-20T21:51:13.702Z
                                     */
                                    received_at: string;
                                    /** @description a string of 1 to 128 of the characters A-Z a-z 0-9 . _ : - */
                                    tenant_id: string;
                                    /** Format: uuid */
                                    uid: string;
                                };
                                deliveries: {
                                    /** Format: uuid */
                                    event_sink_id: string;
                                    /** Format: uuid */
                                    id: string;
                                }[];
                                unknown_event_sink_ids?: string[];
                                warnings?: string[];
                            } | components["schemas"]["Error"])[];
                        };
                    };
                };
                /** @description The request is not valid */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description No key, or one that is not known */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description The key may not do this */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description The body is too large */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description The body is not JSON */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Too many calls; see Retry-After */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Cannot be done right now; see Retry-After */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/alert/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Preview an alert
         * @description Takes what `POST /v1/alert` takes and answers the request that each sink type would make of it. Nothing is stored or sent. `event_sink_ids` limits it to the types of those sinks, with their settings; else each type's example settings are used. Needs a key with the scope `sinks:read`.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            /** @description Any other field is kept and passed on as it came. Only tenant_id, name, id, event_sink_ids and dedup_key are strict; another field of an unexpected type is passed on too and named in `warnings`. */
            requestBody: {
                content: {
                    "application/json": {
                        /**
                         * @default trigger
                         * @enum {unknown}
                         */
                        action?: "trigger" | "acknowledge" | "resolve";
                        /** @description what people are shown of it; values may hold `{{path}}` */
                        alert_template?: {
                            actions?: {
                                label: string;
                                /** @description part of the dedup key */
                                use_for_dedup?: boolean;
                                value: string;
                            }[];
                            info?: {
                                label: string;
                                /** @description part of the dedup key */
                                use_for_dedup?: boolean;
                                value: string;
                            }[];
                        };
                        /** @description what belongs together; detection_rule_id when left out, else id */
                        dedup_key?: string;
                        description?: string;
                        detected_in_time_range?: {
                            end: string;
                            start: string;
                        };
                        detection_rule_id?: string;
                        /** @description left out: all sinks of the tenant; []: recorded only */
                        event_sink_ids?: string[];
                        /** @description yours; the same (tenant_id, id, action) is stored once */
                        id?: string;
                        name: string;
                        query_text?: string;
                        results_table?: {
                            columns: string[];
                            rows: {
                                [key: string]: unknown;
                            }[];
                            total_row_count?: number;
                        };
                        /** @enum {unknown} */
                        severity?: "Unknown" | "Informational" | "Low" | "Medium" | "High" | "Critical" | "Fatal" | "Other";
                        /** @description OCSF; counts when `severity` says something else */
                        severity_id?: number;
                        /** @description recorded, not delivered */
                        staging?: boolean;
                        tags?: string[];
                        /** @description a string of 1 to 128 of the characters A-Z a-z 0-9 . _ : - */
                        tenant_id: string;
                        /** @description RFC 3339, or an integer whose digits tell the unit: s, ms, µs, ns */
                        timestamp?: string | number;
                    } & {
                        [key: string]: unknown;
                    };
                };
            };
            responses: {
                /** @description Nothing was stored or sent */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @description What intake makes of it; a template may decide the action and the key */
                            alert: {
                                /** @enum {unknown} */
                                action: "trigger" | "acknowledge" | "resolve";
                                dedup_key: string;
                                id: string;
                                /** @enum {unknown} */
                                severity: "Unknown" | "Informational" | "Low" | "Medium" | "High" | "Critical" | "Fatal" | "Other";
                            };
                            /** @description By sink type: `target`, and the request (`method`, `headers`, `body`) or the mail (`subject`, `text`, `html`); secrets are placeholders */
                            preview: {
                                [key: string]: unknown;
                            };
                            unknown_event_sink_ids?: string[];
                            warnings?: string[];
                        };
                    };
                };
                /** @description The request is not valid */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description No key, or one that is not known */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description The key may not do this */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Not there, or another tenant's */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description The body is too large */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description The body is not JSON */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Too many calls; see Retry-After */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Cannot be done right now; see Retry-After */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/api_key": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List API keys
         * @description Of a tenant; without `tenant_id` the caller's own kind. By creation. Needs a key with the scope `admin`.
         */
        get: {
            parameters: {
                query?: {
                    /** @description items on a page, 1 to 1000; 50 when left out */
                    "pagination[page_size]"?: number;
                    /** @description `next_page_token` of the page before; empty or left out for the first page */
                    "pagination[page_token]"?: string;
                    /** @description a string of 1 to 128 of the characters A-Z a-z 0-9 . _ : - */
                    tenant_id?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            data: {
                                api_keys: components["schemas"]["ApiKey"][];
                            };
                            /** @description null when nothing follows */
                            pagination: {
                                next_page_token: string;
                            } | null;
                        };
                    };
                };
                /** @description The request is not valid */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description No key, or one that is not known */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description The key may not do this */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Too many calls; see Retry-After */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Cannot be done right now; see Retry-After */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        put?: never;
        /**
         * Create an API key
         * @description The answer is the only one that holds the key itself. Without `scopes` it gets all but `admin`, as far as its maker has them, and without `limits` those of its maker. Nobody can give a scope, a later expiry, or wider limits than they have. Needs a key with the scope `admin`.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        expires_at?: string | null;
                        limits?: {
                            alerts_per_second?: number | null;
                            bytes_per_second?: number | null;
                        } | null;
                        /** @description what people call it: not blank, without NUL characters */
                        name: string;
                        scopes?: ("sinks:read" | "sinks:write" | "alerts:write" | "deliveries:read" | "deliveries:write" | "secrets:read" | "admin")[];
                        /** @description null: an operator's key, which reaches all tenants */
                        tenant_id: string | null;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            api_key: components["schemas"]["NewApiKey"];
                        };
                    };
                };
                /** @description The request is not valid */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description No key, or one that is not known */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description The key may not do this */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Not there, or another tenant's */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description The body is too large */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description The body is not JSON */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Too many calls; see Retry-After */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Cannot be done right now; see Retry-After */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/api_key/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get an API key
         * @description Without the key itself. Needs a key with the scope `admin`.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            api_key: components["schemas"]["ApiKey"];
                        };
                    };
                };
                /** @description The request is not valid */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description No key, or one that is not known */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description The key may not do this */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Not there, or another tenant's */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Too many calls; see Retry-After */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Cannot be done right now; see Retry-After */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        /**
         * Update an API key
         * @description Its name, scopes, limits and expiry; what is left out stays. No key changes itself. Needs a key with the scope `admin`.
         */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /** @description read-only; ignored */
                        created_at?: unknown;
                        expires_at?: string | null;
                        /** @description the id in the path */
                        id?: string;
                        /** @description read-only; ignored */
                        last_used_at?: unknown;
                        limits?: {
                            alerts_per_second?: number | null;
                            bytes_per_second?: number | null;
                        } | null;
                        /** @description what people call it: not blank, without NUL characters */
                        name?: string;
                        /** @description read-only; ignored */
                        prefix?: unknown;
                        scopes?: ("sinks:read" | "sinks:write" | "alerts:write" | "deliveries:read" | "deliveries:write" | "secrets:read" | "admin")[];
                        /** @description read-only; ignored */
                        tenant_id?: unknown;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            api_key: components["schemas"]["ApiKey"];
                        };
                    };
                };
                /** @description The request is not valid */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description No key, or one that is not known */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description The key may not do this */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Not there, or another tenant's */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description The body is too large */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description The body is not JSON */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Too many calls; see Retry-After */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Cannot be done right now; see Retry-After */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        post?: never;
        /**
         * Revoke an API key
         * @description It and its sessions stop working at once, on other nodes within a second. Needs a key with the scope `admin`.
         */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: string;
                            tenant_id: string | null;
                        };
                    };
                };
                /** @description The request is not valid */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description No key, or one that is not known */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description The key may not do this */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Not there, or another tenant's */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Too many calls; see Retry-After */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Cannot be done right now; see Retry-After */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who changed what
         * @description Newest first. Without `tenant_id` an operator's key sees all. With `Accept: application/x-ndjson` all that match come as JSON lines, without pages. Needs a key with the scope `admin`.
         */
        get: {
            parameters: {
                query?: {
                    action?: "tenant.created" | "tenant.updated" | "tenant.deleted" | "api_key.created" | "api_key.updated" | "api_key.revoked" | "event_sink.created" | "event_sink.updated" | "event_sink.deleted" | "event_sink.paused" | "event_sink.resumed" | "delivery.retried" | "replay.created" | "replay.canceled" | "signing_secret.read" | "signing_secret.rotated" | "slack_integration.created" | "slack_integration.updated" | "slack_integration.deleted" | "slack_integration.install_begun" | "session.begun" | "session.ended" | "encryption_key.rotated";
                    api_key_id?: string;
                    /** @description items on a page, 1 to 1000; 50 when left out */
                    "pagination[page_size]"?: number;
                    /** @description `next_page_token` of the page before; empty or left out for the first page */
                    "pagination[page_token]"?: string;
                    resource_id?: string;
                    /** @description RFC 3339, or an integer whose digits tell the unit: s, ms, µs, ns */
                    since?: string;
                    /** @description a string of 1 to 128 of the characters A-Z a-z 0-9 . _ : - */
                    tenant_id?: string;
                    /** @description RFC 3339, or an integer whose digits tell the unit: s, ms, µs, ns */
                    until?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            data: {
                                audit_entries: components["schemas"]["AuditEntry"][];
                            };
                            /** @description null when nothing follows */
                            pagination: {
                                next_page_token: string;
                            } | null;
                        };
                    };
                };
                /** @description The request is not valid */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description No key, or one that is not known */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description The key may not do this */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Too many calls; see Retry-After */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Cannot be done right now; see Retry-After */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/delivery": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List deliveries
         * @description Newest first; with `dedup_key` by when their alerts came. Needs a key with the scope `deliveries:read`.
         */
        get: {
            parameters: {
                query: {
                    action?: "trigger" | "acknowledge" | "resolve";
                    alert_uid?: string;
                    /** @description exactly */
                    dedup_key?: string;
                    event_sink_id?: string;
                    /** @description items on a page, 1 to 1000; 50 when left out */
                    "pagination[page_size]"?: number;
                    /** @description `next_page_token` of the page before; empty or left out for the first page */
                    "pagination[page_token]"?: string;
                    /** @description rate_limited: The platform asked to slow down; timeout: No complete answer in time; connection_failed: No connection, or it broke; tls_failed: The TLS handshake or the certificate failed; blocked_address: The address is not allowed for outbound requests; redirected: The answer was a redirect, which is never followed; bad_response: The answer was not what the platform documents; server_error: The platform reported a fault of its own; client_error: The platform refused the request; auth_failed: The platform refused the credentials; not_found: The target is not there; payload_refused: The platform refused the content; gone: The target said it is gone for good; expired: It was held or retried longer than allowed; internal: A fault in Event Sinks itself */
                    reason?: "rate_limited" | "timeout" | "connection_failed" | "tls_failed" | "blocked_address" | "redirected" | "bad_response" | "server_error" | "client_error" | "auth_failed" | "not_found" | "payload_refused" | "gone" | "expired" | "internal";
                    /** @description RFC 3339, or an integer whose digits tell the unit: s, ms, µs, ns */
                    since?: string;
                    /** @description `held`: pending, and its sink is paused or broken */
                    state?: "pending" | "delivered" | "failed" | "superseded" | "canceled" | "held";
                    /** @description a string of 1 to 128 of the characters A-Z a-z 0-9 . _ : - */
                    tenant_id: string;
                    /** @description RFC 3339, or an integer whose digits tell the unit: s, ms, µs, ns */
                    until?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            data: {
                                deliveries: components["schemas"]["Delivery"][];
                            };
                            /** @description null when nothing follows */
                            pagination: {
                                next_page_token: string;
                            } | null;
                        };
                    };
                };
                /** @description The request is not valid */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description No key, or one that is not known */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description The key may not do this */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Too many calls; see Retry-After */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Cannot be done right now; see Retry-After */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/delivery/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a delivery with all its attempts
         * @description Needs a key with the scope `deliveries:read`.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            attempts: components["schemas"]["Attempt"][];
                            delivery: components["schemas"]["Delivery"];
                        };
                    };
                };
                /** @description The request is not valid */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description No key, or one that is not known */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description The key may not do this */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Not there, or another tenant's */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Too many calls; see Retry-After */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Cannot be done right now; see Retry-After */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/delivery/{id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Try a delivery now
         * @description A settled one is made pending again, the same delivery with the same id on the wire; a pending one is due now. Needs a key with the scope `deliveries:write`.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": null | {
                        include_overtaken?: boolean;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            delivery: components["schemas"]["Delivery"];
                        };
                    };
                };
                /** @description The request is not valid */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description No key, or one that is not known */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description The key may not do this */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Not there, or another tenant's */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description In conflict with what is there */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description The body is too large */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description The body is not JSON */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Too many calls; see Retry-After */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Cannot be done right now; see Retry-After */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/delivery/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List replays
         * @description Newest first. Needs a key with the scope `deliveries:read`.
         */
        get: {
            parameters: {
                query: {
                    /** @description items on a page, 1 to 1000; 50 when left out */
                    "pagination[page_size]"?: number;
                    /** @description `next_page_token` of the page before; empty or left out for the first page */
                    "pagination[page_token]"?: string;
                    /** @description a string of 1 to 128 of the characters A-Z a-z 0-9 . _ : - */
                    tenant_id: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            data: {
                                replays: components["schemas"]["Replay"][];
                            };
                            /** @description null when nothing follows */
                            pagination: {
                                next_page_token: string;
                            } | null;
                        };
                    };
                };
                /** @description The request is not valid */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description No key, or one that is not known */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description The key may not do this */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Too many calls; see Retry-After */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Cannot be done right now; see Retry-After */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        put?: never;
        /**
         * Replay deliveries by filter
         * @description In the background, oldest first; `GET /v1/delivery/replay/{id}` says how far it is. A receiver is told by `event-sinks-replay: true` (webhooks) or a word in the message (Slack). Needs a key with the scope `deliveries:write`.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            /** @description The filters of the list of deliveries; `state` is `failed` when left out */
            requestBody: {
                content: {
                    "application/json": {
                        /** @enum {unknown} */
                        action?: "trigger" | "acknowledge" | "resolve";
                        /** Format: uuid */
                        alert_uid?: string;
                        dedup_key?: string;
                        /** @description only counts */
                        dry_run?: boolean;
                        /** Format: uuid */
                        event_sink_id?: string;
                        /** @description also triggers and acknowledges whose resolve was delivered since, and resolves of what fired again */
                        include_overtaken?: boolean;
                        /**
                         * @description rate_limited: The platform asked to slow down; timeout: No complete answer in time; connection_failed: No connection, or it broke; tls_failed: The TLS handshake or the certificate failed; blocked_address: The address is not allowed for outbound requests; redirected: The answer was a redirect, which is never followed; bad_response: The answer was not what the platform documents; server_error: The platform reported a fault of its own; client_error: The platform refused the request; auth_failed: The platform refused the credentials; not_found: The target is not there; payload_refused: The platform refused the content; gone: The target said it is gone for good; expired: It was held or retried longer than allowed; internal: A fault in Event Sinks itself
                         * @enum {unknown}
                         */
                        reason?: "rate_limited" | "timeout" | "connection_failed" | "tls_failed" | "blocked_address" | "redirected" | "bad_response" | "server_error" | "client_error" | "auth_failed" | "not_found" | "payload_refused" | "gone" | "expired" | "internal";
                        /** @description RFC 3339, or an integer whose digits tell the unit: s, ms, µs, ns */
                        since?: string;
                        /**
                         * @description `held`: pending, and its sink is paused or broken
                         * @enum {unknown}
                         */
                        state?: "pending" | "delivered" | "failed" | "superseded" | "canceled" | "held";
                        /** @description a string of 1 to 128 of the characters A-Z a-z 0-9 . _ : - */
                        tenant_id: string;
                        /**
                         * Format: uuid
                         * @description makes deliveries of the same alerts for this sink instead
                         */
                        to_event_sink_id?: string;
                        /** @description RFC 3339, or an integer whose digits tell the unit: s, ms, µs, ns */
                        until?: string;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            replay: components["schemas"]["Replay"];
                        };
                    };
                };
                /** @description The request is not valid */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description No key, or one that is not known */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description The key may not do this */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Not there, or another tenant's */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description In conflict with what is there */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description The body is too large */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description The body is not JSON */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Too many calls; see Retry-After */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Cannot be done right now; see Retry-After */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/delivery/replay/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How far a replay is
         * @description Needs a key with the scope `deliveries:read`.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            replay: components["schemas"]["Replay"];
                        };
                    };
                };
                /** @description The request is not valid */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description No key, or one that is not known */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description The key may not do this */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Not there, or another tenant's */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Too many calls; see Retry-After */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Cannot be done right now; see Retry-After */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/delivery/replay/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Stop a replay
         * @description What it has made pending stays so. Needs a key with the scope `deliveries:write`.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            replay: components["schemas"]["Replay"];
                        };
                    };
                };
                /** @description The request is not valid */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description No key, or one that is not known */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description The key may not do this */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Not there, or another tenant's */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description In conflict with what is there */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Too many calls; see Retry-After */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Cannot be done right now; see Retry-After */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/delivery/summary": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Count what failed or waits, by sink and reason
         * @description `reason` is the last attempt's, null when there was none. POST /v1/delivery/replay with `dry_run` counts what a replay would find. Needs a key with the scope `deliveries:read`.
         */
        get: {
            parameters: {
                query: {
                    event_sink_id?: string;
                    /** @description a string of 1 to 128 of the characters A-Z a-z 0-9 . _ : - */
                    tenant_id: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            summary: components["schemas"]["DeliverySummary"];
                        };
                    };
                };
                /** @description The request is not valid */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description No key, or one that is not known */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description The key may not do this */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Too many calls; see Retry-After */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Cannot be done right now; see Retry-After */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/event_sink": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List event sinks
         * @description By creation. `tenant_id` and `pagination` may also stand in the request's JSON body. Needs a key with the scope `sinks:read`.
         */
        get: {
            parameters: {
                query: {
                    /** @description items on a page, 1 to 1000; 50 when left out */
                    "pagination[page_size]"?: number;
                    /** @description `next_page_token` of the page before; empty or left out for the first page */
                    "pagination[page_token]"?: string;
                    /** @description a string of 1 to 128 of the characters A-Z a-z 0-9 . _ : - */
                    tenant_id: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            data: {
                                event_sinks: components["schemas"]["EventSink"][];
                            };
                            /** @description null when nothing follows */
                            pagination: {
                                next_page_token: string;
                            } | null;
                        };
                    };
                };
                /** @description The request is not valid */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description No key, or one that is not known */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description The key may not do this */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Too many calls; see Retry-After */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Cannot be done right now; see Retry-After */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        put?: never;
        /**
         * Create an event sink
         * @description Needs a key with the scope `sinks:write`.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        description: string;
                        /** @description Exactly one sink type */
                        event_sink_args: {
                            /**
                             * Discord sink
                             * @example {
                             *       "url": "https://discord.com/api/webhooks/223704706495545344/3d89bb7572e0fb30d8128367b3b1b44fecd1726de135cbe28a41f8b2f777c372ba2939e72279b94526ff5d1bd4358d65cf11"
                             *     }
                             */
                            Discord?: {
                                /**
                                 * Delivery
                                 * @description How deliveries are made. What is left out stays, or is the type's own; null takes it back
                                 * @example {
                                 *       "concurrency": 4,
                                 *       "timeout_seconds": 10,
                                 *       "retry_delays_seconds": [
                                 *         5,
                                 *         60,
                                 *         600
                                 *       ]
                                 *     }
                                 */
                                delivery?: {
                                    /** @description attempts at a time; at most what its type makes by itself */
                                    concurrency?: number | null;
                                    /** @description requests a minute, evenly; a platform's own limits are kept besides */
                                    rate_per_minute?: number | null;
                                    /** @description before the 2nd, 3rd, … try, each 20 % more or less; after the last the delivery fails. `[]`: no second try */
                                    retry_delays_seconds?: number[] | null;
                                    /** @description for one request, connecting included */
                                    timeout_seconds?: number | null;
                                } | null;
                                /**
                                 * URL
                                 * @description The URL of a webhook: channel settings, Integrations, Webhooks, Copy Webhook URL. `?thread_id=` posts into a thread. It is kept secret: it comes back with ******** in it, which means "unchanged" when sent back.
                                 * @example https://discord.com/api/webhooks/223704706495545344/3d89bb7572e0fb30d8128367b3b1b44fecd1726de135cbe28a41f8b2f777c372ba2939e72279b94526ff5d1bd4358d65cf11
                                 */
                                url: string;
                            };
                            /**
                             * E-mail sink
                             * @example {
                             *       "to": [
                             *         "security@example.com",
                             *         "on-call@example.com"
                             *       ]
                             *     }
                             */
                            Email?: {
                                /**
                                 * Delivery
                                 * @description How deliveries are made. What is left out stays, or is the type's own; null takes it back
                                 * @example {
                                 *       "concurrency": 4,
                                 *       "timeout_seconds": 10,
                                 *       "retry_delays_seconds": [
                                 *         5,
                                 *         60,
                                 *         600
                                 *       ]
                                 *     }
                                 */
                                delivery?: {
                                    /** @description attempts at a time; at most what its type makes by itself */
                                    concurrency?: number | null;
                                    /** @description requests a minute, evenly; a platform's own limits are kept besides */
                                    rate_per_minute?: number | null;
                                    /** @description before the 2nd, 3rd, … try, each 20 % more or less; after the last the delivery fails. `[]`: no second try */
                                    retry_delays_seconds?: number[] | null;
                                    /** @description for one request, connecting included */
                                    timeout_seconds?: number | null;
                                } | null;
                                /**
                                 * Recipients
                                 * @description 1 to 20 e-mail addresses, one in each string, without names.
                                 * @example [
                                 *       "security@example.com"
                                 *     ]
                                 */
                                to: string[];
                            };
                            /**
                             * Microsoft Teams sink
                             * @example {
                             *       "url": "https://prod-11.westeurope.logic.azure.com/workflows/7e2c2dc8cc4a4678b1113ede1d55d5a1/triggers/manual/paths/invoke?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=c-3iiBjByin64STF8bVGeRrjAu6qhGR7QAs_wZ-aF4Q"
                             *     }
                             */
                            MicrosoftTeams?: {
                                /**
                                 * Delivery
                                 * @description How deliveries are made. What is left out stays, or is the type's own; null takes it back
                                 * @example {
                                 *       "concurrency": 4,
                                 *       "timeout_seconds": 10,
                                 *       "retry_delays_seconds": [
                                 *         5,
                                 *         60,
                                 *         600
                                 *       ]
                                 *     }
                                 */
                                delivery?: {
                                    /** @description attempts at a time; at most what its type makes by itself */
                                    concurrency?: number | null;
                                    /** @description requests a minute, evenly; a platform's own limits are kept besides */
                                    rate_per_minute?: number | null;
                                    /** @description before the 2nd, 3rd, … try, each 20 % more or less; after the last the delivery fails. `[]`: no second try */
                                    retry_delays_seconds?: number[] | null;
                                    /** @description for one request, connecting included */
                                    timeout_seconds?: number | null;
                                } | null;
                                /**
                                 * URL
                                 * @description The URL of a workflow "When a Teams webhook request is received", e.g. of the template "Send webhook alerts to a channel". It is kept secret: it comes back with ******** in it, which means "unchanged" when sent back.
                                 * @example https://prod-11.westeurope.logic.azure.com/workflows/7e2c2dc8cc4a4678b1113ede1d55d5a1/triggers/manual/paths/invoke?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=c-3iiBjByin64STF8bVGeRrjAu6qhGR7QAs_wZ-aF4Q
                                 */
                                url: string;
                            };
                            /**
                             * PagerDuty sink
                             * @example {
                             *       "integration_key": "e93facc04764012d7bfb002500d5d1a6"
                             *     }
                             */
                            PagerDuty?: {
                                /**
                                 * Delivery
                                 * @description How deliveries are made. What is left out stays, or is the type's own; null takes it back
                                 * @example {
                                 *       "concurrency": 4,
                                 *       "timeout_seconds": 10,
                                 *       "retry_delays_seconds": [
                                 *         5,
                                 *         60,
                                 *         600
                                 *       ]
                                 *     }
                                 */
                                delivery?: {
                                    /** @description attempts at a time; at most what its type makes by itself */
                                    concurrency?: number | null;
                                    /** @description requests a minute, evenly; a platform's own limits are kept besides */
                                    rate_per_minute?: number | null;
                                    /** @description before the 2nd, 3rd, … try, each 20 % more or less; after the last the delivery fails. `[]`: no second try */
                                    retry_delays_seconds?: number[] | null;
                                    /** @description for one request, connecting included */
                                    timeout_seconds?: number | null;
                                } | null;
                                /**
                                 * Integration key
                                 * @description The Events API v2 integration key of a PagerDuty service: 32 letters and digits. It is kept secret and never returned.
                                 * @example e93facc04764012d7bfb002500d5d1a6
                                 */
                                integration_key: string;
                                /**
                                 * Region
                                 * @description Where the PagerDuty account lives: `us` unless its address is `*.eu.pagerduty.com`.
                                 * @enum {unknown}
                                 */
                                region?: "us" | "eu";
                            };
                            /**
                             * Slack sink
                             * @description One of `channel_id` and `channel` must be there.
                             * @example {
                             *       "channel_id": "C12345678",
                             *       "slack_integration_id": "00000000-0000-0000-0000-000000000001"
                             *     }
                             */
                            Slack?: {
                                /**
                                 * Channel name
                                 * @deprecated
                                 * @description Deprecated: give `channel_id`. A channel's name, with or without `#`; its ID is looked up.
                                 * @example #security-alerts
                                 */
                                channel?: string | null;
                                /**
                                 * Channel ID
                                 * @description The channel's ID, e.g. from the end of its "Copy link" address. Wins over `channel`.
                                 * @example C12345678
                                 */
                                channel_id?: string | null;
                                /**
                                 * Delivery
                                 * @description How deliveries are made. What is left out stays, or is the type's own; null takes it back
                                 * @example {
                                 *       "concurrency": 4,
                                 *       "timeout_seconds": 10,
                                 *       "retry_delays_seconds": [
                                 *         5,
                                 *         60,
                                 *         600
                                 *       ]
                                 *     }
                                 */
                                delivery?: {
                                    /** @description attempts at a time; at most what its type makes by itself */
                                    concurrency?: number | null;
                                    /** @description requests a minute, evenly; a platform's own limits are kept besides */
                                    rate_per_minute?: number | null;
                                    /** @description before the 2nd, 3rd, … try, each 20 % more or less; after the last the delivery fails. `[]`: no second try */
                                    retry_delays_seconds?: number[] | null;
                                    /** @description for one request, connecting included */
                                    timeout_seconds?: number | null;
                                } | null;
                                /**
                                 * Slack integration
                                 * Format: uuid
                                 * @description The stored Slack integration whose app posts the alerts.
                                 * @example 00000000-0000-0000-0000-000000000001
                                 */
                                slack_integration_id: string;
                            };
                            /**
                             * Webhook sink
                             * @example {
                             *       "url": "https://webhook.com/bar/baz"
                             *     }
                             */
                            Webhook?: {
                                /**
                                 * Delivery
                                 * @description How deliveries are made. What is left out stays, or is the type's own; null takes it back
                                 * @example {
                                 *       "concurrency": 4,
                                 *       "timeout_seconds": 10,
                                 *       "retry_delays_seconds": [
                                 *         5,
                                 *         60,
                                 *         600
                                 *       ]
                                 *     }
                                 */
                                delivery?: {
                                    /** @description attempts at a time; at most what its type makes by itself */
                                    concurrency?: number | null;
                                    /** @description requests a minute, evenly; a platform's own limits are kept besides */
                                    rate_per_minute?: number | null;
                                    /** @description before the 2nd, 3rd, … try, each 20 % more or less; after the last the delivery fails. `[]`: no second try */
                                    retry_delays_seconds?: number[] | null;
                                    /** @description for one request, connecting included */
                                    timeout_seconds?: number | null;
                                } | null;
                                /**
                                 * Format
                                 * @description `alert` sends the body as it is, the others wrap it as a CloudEvents 1.0 event.
                                 * @default alert
                                 * @enum {unknown}
                                 */
                                format?: "alert" | "cloudevents_structured" | "cloudevents_binary";
                                /**
                                 * Headers
                                 * @description Sent with every request, e.g. an API key. Values are kept secret and come back as ********, which means "unchanged" when sent back.
                                 * @example {
                                 *       "x-api-key": "d41d8cd98f00b204"
                                 *     }
                                 */
                                headers?: {
                                    [key: string]: string;
                                } | null;
                                /**
                                 * Payload
                                 * @description The body to send instead of the alert, with `{{path}}` in its strings: at most 65536 characters, 20 levels; null for the alert itself. It is shown: keep keys in `headers`.
                                 * @example {
                                 *       "title": "{{name}}",
                                 *       "rows": "{{results_table.rows}}"
                                 *     }
                                 */
                                payload?: {
                                    [key: string]: unknown;
                                } | unknown[] | null;
                                /**
                                 * Signature
                                 * @description `v1` signs with HMAC-SHA256, `v1a` with ed25519 as well, which receivers verify with a public key.
                                 * @default v1
                                 * @enum {unknown}
                                 */
                                signature?: "v1" | "v1a";
                                /**
                                 * URL
                                 * @description Where alerts are posted: http or https, no user name or password in it, at most 2048 characters.
                                 * @example https://webhook.com/bar/baz
                                 */
                                url: string;
                            };
                        };
                        /** @description what people call it: not blank, without NUL characters */
                        name: string;
                        /** @description a string of 1 to 128 of the characters A-Z a-z 0-9 . _ : - */
                        tenant_id: string;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            event_sink: components["schemas"]["EventSink"];
                        };
                    };
                };
                /** @description The request is not valid */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description No key, or one that is not known */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description The key may not do this */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Not there, or another tenant's */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description The body is too large */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description The body is not JSON */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Too many calls; see Retry-After */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Cannot be done right now; see Retry-After */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/event_sink/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get an event sink
         * @description Needs a key with the scope `sinks:read`.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            event_sink: components["schemas"]["EventSink"];
                        };
                    };
                };
                /** @description The request is not valid */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description No key, or one that is not known */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description The key may not do this */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Not there, or another tenant's */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Too many calls; see Retry-After */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Cannot be done right now; see Retry-After */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        /**
         * Update an event sink
         * @description What is left out stays. The type cannot change, nor a Slack sink's integration. Needs a key with the scope `sinks:write`.
         */
        put: {
            parameters: {
                query?: never;
                header?: {
                    /** @description an `ETag`, several, or `*` */
                    "if-match"?: string;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /** @description read-only; ignored */
                        configuration?: unknown;
                        /** @description read-only; ignored */
                        created_at?: unknown;
                        description?: string;
                        /** @description The sink's own type; what is left out stays */
                        event_sink_args?: {
                            /**
                             * Changes to a Discord sink
                             * @example {
                             *       "url": "https://discord.com/api/webhooks/223704706495545344/3d89bb7572e0fb30d8128367b3b1b44fecd1726de135cbe28a41f8b2f777c372ba2939e72279b94526ff5d1bd4358d65cf11"
                             *     }
                             */
                            Discord?: {
                                /**
                                 * Delivery
                                 * @description How deliveries are made. What is left out stays, or is the type's own; null takes it back
                                 * @example {
                                 *       "concurrency": 4,
                                 *       "timeout_seconds": 10,
                                 *       "retry_delays_seconds": [
                                 *         5,
                                 *         60,
                                 *         600
                                 *       ]
                                 *     }
                                 */
                                delivery?: {
                                    /** @description attempts at a time; at most what its type makes by itself */
                                    concurrency?: number | null;
                                    /** @description requests a minute, evenly; a platform's own limits are kept besides */
                                    rate_per_minute?: number | null;
                                    /** @description before the 2nd, 3rd, … try, each 20 % more or less; after the last the delivery fails. `[]`: no second try */
                                    retry_delays_seconds?: number[] | null;
                                    /** @description for one request, connecting included */
                                    timeout_seconds?: number | null;
                                } | null;
                                /**
                                 * URL
                                 * @description The URL of a webhook: channel settings, Integrations, Webhooks, Copy Webhook URL. `?thread_id=` posts into a thread. It is kept secret: it comes back with ******** in it, which means "unchanged" when sent back.
                                 * @example https://discord.com/api/webhooks/223704706495545344/3d89bb7572e0fb30d8128367b3b1b44fecd1726de135cbe28a41f8b2f777c372ba2939e72279b94526ff5d1bd4358d65cf11
                                 */
                                url?: string;
                            };
                            /**
                             * Changes to an e-mail sink
                             * @example {
                             *       "to": [
                             *         "security@example.com",
                             *         "on-call@example.com"
                             *       ]
                             *     }
                             */
                            Email?: {
                                /**
                                 * Delivery
                                 * @description How deliveries are made. What is left out stays, or is the type's own; null takes it back
                                 * @example {
                                 *       "concurrency": 4,
                                 *       "timeout_seconds": 10,
                                 *       "retry_delays_seconds": [
                                 *         5,
                                 *         60,
                                 *         600
                                 *       ]
                                 *     }
                                 */
                                delivery?: {
                                    /** @description attempts at a time; at most what its type makes by itself */
                                    concurrency?: number | null;
                                    /** @description requests a minute, evenly; a platform's own limits are kept besides */
                                    rate_per_minute?: number | null;
                                    /** @description before the 2nd, 3rd, … try, each 20 % more or less; after the last the delivery fails. `[]`: no second try */
                                    retry_delays_seconds?: number[] | null;
                                    /** @description for one request, connecting included */
                                    timeout_seconds?: number | null;
                                } | null;
                                /**
                                 * Recipients
                                 * @description 1 to 20 e-mail addresses, one in each string, without names.
                                 * @example [
                                 *       "security@example.com"
                                 *     ]
                                 */
                                to?: string[];
                            };
                            /**
                             * Changes to a Microsoft Teams sink
                             * @example {
                             *       "url": "https://prod-11.westeurope.logic.azure.com/workflows/7e2c2dc8cc4a4678b1113ede1d55d5a1/triggers/manual/paths/invoke?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=c-3iiBjByin64STF8bVGeRrjAu6qhGR7QAs_wZ-aF4Q"
                             *     }
                             */
                            MicrosoftTeams?: {
                                /**
                                 * Delivery
                                 * @description How deliveries are made. What is left out stays, or is the type's own; null takes it back
                                 * @example {
                                 *       "concurrency": 4,
                                 *       "timeout_seconds": 10,
                                 *       "retry_delays_seconds": [
                                 *         5,
                                 *         60,
                                 *         600
                                 *       ]
                                 *     }
                                 */
                                delivery?: {
                                    /** @description attempts at a time; at most what its type makes by itself */
                                    concurrency?: number | null;
                                    /** @description requests a minute, evenly; a platform's own limits are kept besides */
                                    rate_per_minute?: number | null;
                                    /** @description before the 2nd, 3rd, … try, each 20 % more or less; after the last the delivery fails. `[]`: no second try */
                                    retry_delays_seconds?: number[] | null;
                                    /** @description for one request, connecting included */
                                    timeout_seconds?: number | null;
                                } | null;
                                /**
                                 * URL
                                 * @description The URL of a workflow "When a Teams webhook request is received", e.g. of the template "Send webhook alerts to a channel". It is kept secret: it comes back with ******** in it, which means "unchanged" when sent back.
                                 * @example https://prod-11.westeurope.logic.azure.com/workflows/7e2c2dc8cc4a4678b1113ede1d55d5a1/triggers/manual/paths/invoke?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=c-3iiBjByin64STF8bVGeRrjAu6qhGR7QAs_wZ-aF4Q
                                 */
                                url?: string;
                            };
                            /**
                             * Changes to a PagerDuty sink
                             * @example {
                             *       "integration_key": "e93facc04764012d7bfb002500d5d1a6"
                             *     }
                             */
                            PagerDuty?: {
                                /**
                                 * Delivery
                                 * @description How deliveries are made. What is left out stays, or is the type's own; null takes it back
                                 * @example {
                                 *       "concurrency": 4,
                                 *       "timeout_seconds": 10,
                                 *       "retry_delays_seconds": [
                                 *         5,
                                 *         60,
                                 *         600
                                 *       ]
                                 *     }
                                 */
                                delivery?: {
                                    /** @description attempts at a time; at most what its type makes by itself */
                                    concurrency?: number | null;
                                    /** @description requests a minute, evenly; a platform's own limits are kept besides */
                                    rate_per_minute?: number | null;
                                    /** @description before the 2nd, 3rd, … try, each 20 % more or less; after the last the delivery fails. `[]`: no second try */
                                    retry_delays_seconds?: number[] | null;
                                    /** @description for one request, connecting included */
                                    timeout_seconds?: number | null;
                                } | null;
                                /**
                                 * Integration key
                                 * @description The Events API v2 integration key of a PagerDuty service: 32 letters and digits. It is kept secret and never returned.
                                 * @example e93facc04764012d7bfb002500d5d1a6
                                 */
                                integration_key?: string;
                                /**
                                 * Region
                                 * @description Where the PagerDuty account lives: `us` unless its address is `*.eu.pagerduty.com`.
                                 * @enum {unknown}
                                 */
                                region?: "us" | "eu";
                            };
                            /**
                             * Changes to a Slack sink
                             * @description What is left out stays. The integration cannot change.
                             * @example {
                             *       "channel_id": "C87654321"
                             *     }
                             */
                            Slack?: {
                                /**
                                 * Channel name
                                 * @deprecated
                                 * @description Deprecated: give `channel_id`. A channel's name, with or without `#`; its ID is looked up.
                                 * @example #security-alerts
                                 */
                                channel?: string | null;
                                /**
                                 * Channel ID
                                 * @description The channel's ID, e.g. from the end of its "Copy link" address. Wins over `channel`.
                                 * @example C12345678
                                 */
                                channel_id?: string | null;
                                /** @description Read-only; ignored, so that a `configuration` can be sent back. */
                                readonly channel_name?: string | null;
                                /**
                                 * Delivery
                                 * @description How deliveries are made. What is left out stays, or is the type's own; null takes it back
                                 * @example {
                                 *       "concurrency": 4,
                                 *       "timeout_seconds": 10,
                                 *       "retry_delays_seconds": [
                                 *         5,
                                 *         60,
                                 *         600
                                 *       ]
                                 *     }
                                 */
                                delivery?: {
                                    /** @description attempts at a time; at most what its type makes by itself */
                                    concurrency?: number | null;
                                    /** @description requests a minute, evenly; a platform's own limits are kept besides */
                                    rate_per_minute?: number | null;
                                    /** @description before the 2nd, 3rd, … try, each 20 % more or less; after the last the delivery fails. `[]`: no second try */
                                    retry_delays_seconds?: number[] | null;
                                    /** @description for one request, connecting included */
                                    timeout_seconds?: number | null;
                                } | null;
                                /**
                                 * Slack integration
                                 * Format: uuid
                                 * @description The stored Slack integration whose app posts the alerts.
                                 * @example 00000000-0000-0000-0000-000000000001
                                 */
                                slack_integration_id?: string;
                            };
                            /**
                             * Changes to a webhook sink
                             * @description What is left out stays. `headers` replaces all headers; `{}` removes them. Moving the URL to another origin needs the header values again.
                             * @example {
                             *       "url": "https://webhook.com/bar/baz"
                             *     }
                             */
                            Webhook?: {
                                /**
                                 * Delivery
                                 * @description How deliveries are made. What is left out stays, or is the type's own; null takes it back
                                 * @example {
                                 *       "concurrency": 4,
                                 *       "timeout_seconds": 10,
                                 *       "retry_delays_seconds": [
                                 *         5,
                                 *         60,
                                 *         600
                                 *       ]
                                 *     }
                                 */
                                delivery?: {
                                    /** @description attempts at a time; at most what its type makes by itself */
                                    concurrency?: number | null;
                                    /** @description requests a minute, evenly; a platform's own limits are kept besides */
                                    rate_per_minute?: number | null;
                                    /** @description before the 2nd, 3rd, … try, each 20 % more or less; after the last the delivery fails. `[]`: no second try */
                                    retry_delays_seconds?: number[] | null;
                                    /** @description for one request, connecting included */
                                    timeout_seconds?: number | null;
                                } | null;
                                /**
                                 * Format
                                 * @description `alert` sends the body as it is, the others wrap it as a CloudEvents 1.0 event.
                                 * @default alert
                                 * @enum {unknown}
                                 */
                                format?: "alert" | "cloudevents_structured" | "cloudevents_binary";
                                /**
                                 * Headers
                                 * @description Sent with every request, e.g. an API key. Values are kept secret and come back as ********, which means "unchanged" when sent back.
                                 * @example {
                                 *       "x-api-key": "d41d8cd98f00b204"
                                 *     }
                                 */
                                headers?: {
                                    [key: string]: string;
                                } | null;
                                /**
                                 * Payload
                                 * @description The body to send instead of the alert, with `{{path}}` in its strings: at most 65536 characters, 20 levels; null for the alert itself. It is shown: keep keys in `headers`.
                                 * @example {
                                 *       "title": "{{name}}",
                                 *       "rows": "{{results_table.rows}}"
                                 *     }
                                 */
                                payload?: {
                                    [key: string]: unknown;
                                } | unknown[] | null;
                                /**
                                 * Signature
                                 * @description `v1` signs with HMAC-SHA256, `v1a` with ed25519 as well, which receivers verify with a public key.
                                 * @default v1
                                 * @enum {unknown}
                                 */
                                signature?: "v1" | "v1a";
                                /**
                                 * URL
                                 * @description Where alerts are posted: http or https, no user name or password in it, at most 2048 characters.
                                 * @example https://webhook.com/bar/baz
                                 */
                                url?: string;
                            };
                        };
                        /** @description read-only; ignored */
                        event_sink_type?: unknown;
                        /** @description the id in the path */
                        id: string;
                        /** @description what people call it: not blank, without NUL characters */
                        name?: string;
                        /** @description read-only; ignored */
                        tenant_id?: unknown;
                        /** @description read-only; ignored */
                        updated_at?: unknown;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            event_sink: components["schemas"]["EventSink"];
                        };
                    };
                };
                /** @description The request is not valid */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description No key, or one that is not known */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description The key may not do this */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Not there, or another tenant's */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description In conflict with what is there */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Changed since the version named in If-Match */
                412: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description The body is too large */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description The body is not JSON */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Too many calls; see Retry-After */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Cannot be done right now; see Retry-After */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        post?: never;
        /**
         * Delete an event sink
         * @description Its pending deliveries are canceled. Needs a key with the scope `sinks:write`.
         */
        delete: {
            parameters: {
                query?: never;
                header?: {
                    /** @description an `ETag`, several, or `*` */
                    "if-match"?: string;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: string;
                            tenant_id: string;
                        };
                    };
                };
                /** @description The request is not valid */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description No key, or one that is not known */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description The key may not do this */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Not there, or another tenant's */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Changed since the version named in If-Match */
                412: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Too many calls; see Retry-After */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Cannot be done right now; see Retry-After */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/event_sink/{id}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Hold an event sink's deliveries
         * @description They are not dropped: they go out once the sink is resumed. Needs a key with the scope `sinks:write`.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            event_sink: components["schemas"]["EventSink"];
                        };
                    };
                };
                /** @description The request is not valid */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description No key, or one that is not known */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description The key may not do this */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Not there, or another tenant's */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Too many calls; see Retry-After */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Cannot be done right now; see Retry-After */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/event_sink/{id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Let a paused event sink's deliveries go out
         * @description Oldest first; with `{"held": "discard"}` they are canceled instead. Needs a key with the scope `sinks:write`.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": null | {
                        /**
                         * @description `deliver`, the default: oldest first; `discard`: they end as `canceled`
                         * @enum {unknown}
                         */
                        held?: "deliver" | "discard";
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            discarded_count?: number;
                            event_sink: components["schemas"]["EventSink"];
                        };
                    };
                };
                /** @description The request is not valid */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description No key, or one that is not known */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description The key may not do this */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Not there, or another tenant's */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description The body is too large */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description The body is not JSON */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Too many calls; see Retry-After */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Cannot be done right now; see Retry-After */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/event_sink/{id}/signing_secret": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a webhook sink's signing secret
         * @description What the receiver verifies the Standard Webhooks signature with. `previous_expires_at` is there while the secret before this one signs too. Needs a key with the scope `secrets:read`.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /**
                             * Format: date-time
                             * @description UTC, whole seconds
                             * @example 2024-05-09T20:01:32Z
                             */
                            previous_expires_at?: string;
                            /**
                             * @description verifies `v1a` signatures; only on sinks with `signature: v1a`
                             * @example whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=
                             */
                            public_key?: string;
                            /**
                             * @description verifies `v1` signatures
                             * @example whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=
                             */
                            signing_secret: string;
                        };
                    };
                };
                /** @description The request is not valid */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description No key, or one that is not known */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description The key may not do this */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Not there, or another tenant's */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Too many calls; see Retry-After */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Cannot be done right now; see Retry-After */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/event_sink/{id}/signing_secret/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Replace a webhook sink's signing secret
         * @description The former one signs beside the new one until `previous_expires_at`, so that receivers can change over in between; `v1a` keys are replaced with it. Needs a key with the scopes `sinks:write` and `secrets:read`.
         */
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description an `ETag`, several, or `*` */
                    "if-match"?: string;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /**
                         * @description how long the present secret signs beside the new one; 0 ends it and all former ones at once
                         * @default 24
                         */
                        overlap_hours?: number;
                    } | null;
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /**
                             * Format: date-time
                             * @description UTC, whole seconds
                             * @example 2024-05-09T20:01:32Z
                             */
                            previous_expires_at: string;
                            /**
                             * @description verifies `v1a` signatures; only on sinks with `signature: v1a`
                             * @example whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=
                             */
                            public_key?: string;
                            /**
                             * @description verifies `v1` signatures
                             * @example whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=
                             */
                            signing_secret: string;
                        };
                    };
                };
                /** @description The request is not valid */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description No key, or one that is not known */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description The key may not do this */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Not there, or another tenant's */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description In conflict with what is there */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Changed since the version named in If-Match */
                412: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description The body is too large */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description The body is not JSON */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Too many calls; see Retry-After */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Cannot be done right now; see Retry-After */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/event_sink/{id}/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How an event sink is doing
         * @description Since when, why, and the exact cure. Needs a key with the scope `sinks:read`.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            status: components["schemas"]["EventSinkStatus"];
                        };
                    };
                };
                /** @description The request is not valid */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description No key, or one that is not known */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description The key may not do this */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Not there, or another tenant's */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Too many calls; see Retry-After */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Cannot be done right now; see Retry-After */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/event_sink/{id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send a test alert through an event sink now
         * @description Past the queue; a PagerDuty test resolves itself. The attempt is not stored. Needs a key with the scope `sinks:write`.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            attempt: components["schemas"]["Attempt"];
                        };
                    };
                };
                /** @description The request is not valid */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description No key, or one that is not known */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description The key may not do this */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Not there, or another tenant's */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Too many calls; see Retry-After */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Cannot be done right now; see Retry-After */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/overview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How alerts and deliveries go
         * @description Over time by outcome, how long deliveries took, event sinks by health, and the queue. It is made from counts that are kept as things happen, so it costs little however much is stored. What is asked for within a second of each other gets the same answer. Needs a key with the scopes `deliveries:read` and `sinks:read`.
         */
        get: {
            parameters: {
                query: {
                    /** @description a string of 1 to 128 of the characters A-Z a-z 0-9 . _ : - */
                    tenant_id: string;
                    /** @description the default is `day` */
                    window?: "hour" | "day" | "week" | "month";
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            overview: components["schemas"]["Overview"];
                        };
                    };
                };
                /** @description The request is not valid */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description No key, or one that is not known */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description The key may not do this */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Not there, or another tenant's */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Too many calls; see Retry-After */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Cannot be done right now; see Retry-After */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/overview/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The same again and again, as server-sent events
         * @description An event `overview` every two seconds, whose data is what GET /v1/overview answers. When the key is revoked or the session ends, an event `end` has the refusal as its data, and the stream ends. It also ends when the service stops: `EventSource` then asks again by itself. Needs a key with the scopes `deliveries:read` and `sinks:read`.
         */
        get: {
            parameters: {
                query: {
                    /** @description a string of 1 to 128 of the characters A-Z a-z 0-9 . _ : - */
                    tenant_id: string;
                    /** @description the default is `day` */
                    window?: "hour" | "day" | "week" | "month";
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description events */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "text/event-stream": string;
                    };
                };
                /** @description The request is not valid */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description No key, or one that is not known */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description The key may not do this */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Not there, or another tenant's */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Too many calls; see Retry-After */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Cannot be done right now; see Retry-After */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Whose key or session this is
         * @description And what this service can do. Any key may ask. Any key will do.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            service: components["schemas"]["ServiceInfo"];
                            session: components["schemas"]["Session"];
                        };
                    };
                };
                /** @description The request is not valid */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description No key, or one that is not known */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description The key may not do this */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Too many calls; see Retry-After */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Cannot be done right now; see Retry-After */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        put?: never;
        /**
         * Sign in with a key
         * @description Sets a cookie that stands for the key for 12 hours. Browsers send it by themselves; calls that change something then need the header `x-event-sinks-csrf: 1`, this one included.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /** @description a tenant's or the operator's */
                        api_key: string;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            service: components["schemas"]["ServiceInfo"];
                            session: components["schemas"]["Session"];
                        };
                    };
                };
                /** @description The request is not valid */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description No key, or one that is not known */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description The key may not do this */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description The body is too large */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description The body is not JSON */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Too many calls; see Retry-After */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Cannot be done right now; see Retry-After */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        /**
         * Sign out
         * @description The session ends at once, on other nodes within a second. A key that is called with stays as it is. Any key will do.
         */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            signed_out: boolean;
                        };
                    };
                };
                /** @description The request is not valid */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description No key, or one that is not known */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description The key may not do this */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Too many calls; see Retry-After */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Cannot be done right now; see Retry-After */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/slack_integration": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List a tenant's Slack integrations
         * @description By creation. Needs a key with the scope `sinks:read`.
         */
        get: {
            parameters: {
                query: {
                    /** @description items on a page, 1 to 1000; 50 when left out */
                    "pagination[page_size]"?: number;
                    /** @description `next_page_token` of the page before; empty or left out for the first page */
                    "pagination[page_token]"?: string;
                    /** @description a string of 1 to 128 of the characters A-Z a-z 0-9 . _ : - */
                    tenant_id: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            data: {
                                slack_integrations: components["schemas"]["SlackIntegration"][];
                            };
                            /** @description null when nothing follows */
                            pagination: {
                                next_page_token: string;
                            } | null;
                        };
                    };
                };
                /** @description The request is not valid */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description No key, or one that is not known */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description The key may not do this */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Too many calls; see Retry-After */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Cannot be done right now; see Retry-After */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        put?: never;
        /**
         * Create a Slack integration from a bot token
         * @description Slack is asked whose token it is (`auth.test`). The token never comes back. Where the tenant's integration of that workspace was revoked, it gets this token instead of a second one being made. Needs a key with the scope `sinks:write`.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /** @description a bot token of the Slack app, xoxb-…, from its OAuth & Permissions page */
                        bot_token: string;
                        /** @description what people call it: not blank, without NUL characters */
                        name: string;
                        /** @description a string of 1 to 128 of the characters A-Z a-z 0-9 . _ : - */
                        tenant_id: string;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            slack_integration: components["schemas"]["SlackIntegration"];
                        };
                    };
                };
                /** @description The request is not valid */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description No key, or one that is not known */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description The key may not do this */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Not there, or another tenant's */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description The body is too large */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description The body is not JSON */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Too many calls; see Retry-After */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Cannot be done right now; see Retry-After */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/slack_integration/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a Slack integration
         * @description Needs a key with the scope `sinks:read`.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            slack_integration: components["schemas"]["SlackIntegration"];
                        };
                    };
                };
                /** @description The request is not valid */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description No key, or one that is not known */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description The key may not do this */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Not there, or another tenant's */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Too many calls; see Retry-After */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Cannot be done right now; see Retry-After */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        /**
         * Update a Slack integration
         * @description Its name, or its bot token by another of the same workspace, which heals a revoked one. Needs a key with the scope `sinks:write`.
         */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /** @description read-only; ignored */
                        bot_name?: unknown;
                        /** @description a bot token of the Slack app, xoxb-…, from its OAuth & Permissions page */
                        bot_token?: string;
                        /** @description read-only; ignored */
                        bot_user_id?: unknown;
                        /** @description read-only; ignored */
                        created_at?: unknown;
                        /** @description the id in the path */
                        id: string;
                        /** @description what people call it: not blank, without NUL characters */
                        name?: string;
                        /** @description read-only; ignored */
                        revoked_reason?: unknown;
                        /** @description read-only; ignored */
                        scopes?: unknown;
                        /** @description read-only; ignored */
                        team_id?: unknown;
                        /** @description read-only; ignored */
                        team_name?: unknown;
                        /** @description read-only; ignored */
                        tenant_id?: unknown;
                        /** @description read-only; ignored */
                        token_expires_at?: unknown;
                        /** @description read-only; ignored */
                        updated_at?: unknown;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            slack_integration: components["schemas"]["SlackIntegration"];
                        };
                    };
                };
                /** @description The request is not valid */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description No key, or one that is not known */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description The key may not do this */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Not there, or another tenant's */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description In conflict with what is there */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description The body is too large */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description The body is not JSON */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Too many calls; see Retry-After */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Cannot be done right now; see Retry-After */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        post?: never;
        /**
         * Delete a Slack integration
         * @description Refused while event sinks use it. Needs a key with the scope `sinks:write`.
         */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: string;
                            tenant_id: string | null;
                        };
                    };
                };
                /** @description The request is not valid */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description No key, or one that is not known */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description The key may not do this */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Not there, or another tenant's */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description In conflict with what is there */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Too many calls; see Retry-After */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Cannot be done right now; see Retry-After */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/slack_integration/{id}/channels": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Search the channels of a Slack integration's workspace
         * @description By name. Private channels are listed once the app is in them. Kept for five minutes; a large workspace takes Slack some minutes, so the first answers may be partial. Needs a key with the scope `sinks:read`.
         */
        get: {
            parameters: {
                query?: {
                    /** @description items on a page, 1 to 1000; 50 when left out */
                    "pagination[page_size]"?: number;
                    /** @description `next_page_token` of the page before; empty or left out for the first page */
                    "pagination[page_token]"?: string;
                    /** @description part of a channel's name; # is ignored */
                    query?: string;
                };
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            data: {
                                channels: components["schemas"]["SlackChannel"][];
                            };
                            /** @description true while Slack has not told all channels yet, else left out; ask again after Retry-After */
                            is_partial?: boolean;
                            /** @description null when nothing follows */
                            pagination: {
                                next_page_token: string;
                            } | null;
                        };
                    };
                };
                /** @description The request is not valid */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description No key, or one that is not known */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description The key may not do this */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Not there, or another tenant's */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Too many calls; see Retry-After */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Cannot be done right now; see Retry-After */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/slack_integration/callback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Where Slack sends the browser after an install
         * @description Needs no key: the single-use `state` of the install's link stands for it. An install of a workspace that the tenant has already gives that integration the new token.
         */
        get: {
            parameters: {
                query?: {
                    code?: string;
                    error?: string;
                    state?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @description a sentence for whoever sits at the browser */
                            installed: string;
                            slack_integration: components["schemas"]["SlackIntegration"];
                        };
                    };
                };
                /** @description The request is not valid */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description No key, or one that is not known */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description The key may not do this */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description In conflict with what is there */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Too many calls; see Retry-After */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Cannot be done right now; see Retry-After */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/slack_integration/install": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Begin to install the Slack app in a workspace
         * @description Answers the link on which a person approves the install; it works once, for ten minutes. Needs a key with the scope `sinks:write`.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            /** @description Without `name` it is called like the workspace */
            requestBody: {
                content: {
                    "application/json": {
                        /** @description what people call it: not blank, without NUL characters */
                        name?: string;
                        /** @description false: without PKCE, should Slack's page refuse it; true when left out */
                        pkce?: boolean;
                        /** @description a string of 1 to 128 of the characters A-Z a-z 0-9 . _ : - */
                        tenant_id: string;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /**
                             * Format: uri
                             * @description open it in a browser
                             */
                            authorize_url: string;
                            /**
                             * Format: date-time
                             * @description UTC, whole seconds
                             * @example 2024-05-09T20:01:32Z
                             */
                            expires_at: string;
                        };
                    };
                };
                /** @description The request is not valid */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description No key, or one that is not known */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description The key may not do this */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Not there, or another tenant's */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description In conflict with what is there */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description The body is too large */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description The body is not JSON */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Too many calls; see Retry-After */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Cannot be done right now; see Retry-After */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenant": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List tenants
         * @description By creation. Needs an operator's key with the scope `admin`.
         */
        get: {
            parameters: {
                query?: {
                    /** @description items on a page, 1 to 1000; 50 when left out */
                    "pagination[page_size]"?: number;
                    /** @description `next_page_token` of the page before; empty or left out for the first page */
                    "pagination[page_token]"?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            data: {
                                tenants: components["schemas"]["Tenant"][];
                            };
                            /** @description null when nothing follows */
                            pagination: {
                                next_page_token: string;
                            } | null;
                        };
                    };
                };
                /** @description The request is not valid */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description No key, or one that is not known */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description The key may not do this */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Too many calls; see Retry-After */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Cannot be done right now; see Retry-After */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        put?: never;
        /**
         * Create a tenant
         * @description Needs an operator's key with the scope `admin`.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            /** @description Without `tenant_id` the tenant gets a UUID */
            requestBody: {
                content: {
                    "application/json": {
                        /** @description a string of 1 to 128 of the characters A-Z a-z 0-9 . _ : - */
                        tenant_id?: string;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            tenant: components["schemas"]["Tenant"];
                        };
                    };
                };
                /** @description The request is not valid */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description No key, or one that is not known */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description The key may not do this */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description In conflict with what is there */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description The body is too large */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description The body is not JSON */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Too many calls; see Retry-After */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Cannot be done right now; see Retry-After */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenant/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a tenant
         * @description Needs an operator's key with the scope `admin`.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description a string of 1 to 128 of the characters A-Z a-z 0-9 . _ : - */
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            tenant: components["schemas"]["Tenant"];
                        };
                    };
                };
                /** @description The request is not valid */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description No key, or one that is not known */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description The key may not do this */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Not there, or another tenant's */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Too many calls; see Retry-After */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Cannot be done right now; see Retry-After */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        /**
         * Update a tenant
         * @description `limits` bound what all its keys, and the operator for it, bring in together; null takes one, or all, away. Needs an operator's key with the scope `admin`.
         */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description a string of 1 to 128 of the characters A-Z a-z 0-9 . _ : - */
                    id: string;
                };
                cookie?: never;
            };
            /** @description What is left out stays; `retention_days: null` is what the operator has set again */
            requestBody: {
                content: {
                    "application/json": {
                        /** @description read-only; ignored */
                        created_at?: unknown;
                        /** @description the id in the path */
                        id?: string;
                        limits?: {
                            alerts_per_second?: number | null;
                            bytes_per_second?: number | null;
                            event_sinks?: number | null;
                        } | null;
                        /** @description sinks of the tenant; empty: alerts about a broken sink go to its others */
                        operational_event_sink_ids?: string[];
                        retention_days?: number | null;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            tenant: components["schemas"]["Tenant"];
                        };
                    };
                };
                /** @description The request is not valid */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description No key, or one that is not known */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description The key may not do this */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Not there, or another tenant's */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description The body is too large */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description The body is not JSON */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Too many calls; see Retry-After */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Cannot be done right now; see Retry-After */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        post?: never;
        /**
         * Delete a tenant with all it has
         * @description Its event sinks, API keys and Slack integrations are gone with the answer, its pending deliveries are canceled, and its alerts and deliveries are deleted in the background. `confirm` must be the tenant's id. Needs an operator's key with the scope `admin`.
         */
        delete: {
            parameters: {
                query?: {
                    /** @description the tenant's id once more */
                    confirm?: string;
                };
                header?: never;
                path: {
                    /** @description a string of 1 to 128 of the characters A-Z a-z 0-9 . _ : - */
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            deleted: {
                                api_keys: number;
                                event_sinks: number;
                                slack_integrations: number;
                            };
                            /** @description a string of 1 to 128 of the characters A-Z a-z 0-9 . _ : - */
                            id: string;
                        };
                    };
                };
                /** @description The request is not valid */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description No key, or one that is not known */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description The key may not do this */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Not there, or another tenant's */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Too many calls; see Retry-After */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Cannot be done right now; see Retry-After */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Alert: {
            /** @enum {unknown} */
            action: "trigger" | "acknowledge" | "resolve";
            /** @description the alert as it came, without event_sink_ids and alert_template */
            body: unknown;
            dedup_key: string;
            /** @description the caller's, or the uid */
            id: string;
            name: string;
            /**
             * Format: date-time
             * @description UTC, milliseconds
             * @example 2026-04-20T21:51:13.702Z
             */
            received_at: string;
            /** @enum {unknown} */
            severity: "Unknown" | "Informational" | "Low" | "Medium" | "High" | "Critical" | "Fatal" | "Other";
            severity_id: number;
            /** @description recorded, not delivered */
            staging: boolean;
            /** @description a string of 1 to 128 of the characters A-Z a-z 0-9 . _ : - */
            tenant_id: string;
            /**
             * Format: uuid
             * @description ours; what paths use
             */
            uid: string;
        };
        AlertSummary: {
            /** @enum {unknown} */
            action: "trigger" | "acknowledge" | "resolve";
            dedup_key: string;
            deliveries: components["schemas"]["Delivery"][];
            /** @description the caller's, or the uid */
            id: string;
            name: string;
            /**
             * Format: date-time
             * @description UTC, milliseconds
             * @example 2026-04-20T21:51:13.702Z
             */
            received_at: string;
            /** @enum {unknown} */
            severity: "Unknown" | "Informational" | "Low" | "Medium" | "High" | "Critical" | "Fatal" | "Other";
            severity_id: number;
            /** @description recorded, not delivered */
            staging: boolean;
            /** @description a string of 1 to 128 of the characters A-Z a-z 0-9 . _ : - */
            tenant_id: string;
            /**
             * Format: uuid
             * @description ours; what paths use
             */
            uid: string;
        };
        ApiKey: {
            /**
             * Format: date-time
             * @description UTC, whole seconds
             * @example 2024-05-09T20:01:32Z
             */
            created_at: string;
            expires_at: string | null;
            /** Format: uuid */
            id: string;
            last_used_at: string | null;
            limits?: {
                alerts_per_second?: number | null;
                bytes_per_second?: number | null;
            };
            /** @description what people call it: not blank, without NUL characters */
            name: string;
            /** @description the key's first characters */
            prefix: string;
            scopes: ("sinks:read" | "sinks:write" | "alerts:write" | "deliveries:read" | "deliveries:write" | "secrets:read" | "admin")[];
            tenant_id: string | null;
        };
        Attempt: {
            /** @description the platform may have taken it */
            ambiguous: boolean;
            /**
             * @description told as plain text, since the platform refused the full message
             * @constant
             */
            degraded?: true;
            detail: string | null;
            duration_ms: number;
            /** @description Requests of this attempt before the last one, e.g. a look-up */
            earlier_exchanges?: {
                /** @description As sent, secrets masked */
                request: {
                    body: string | null;
                    headers: {
                        [key: string]: string;
                    };
                    method: string;
                    url: string;
                };
                response: {
                    body: string;
                    headers: {
                        [key: string]: string;
                    };
                    status: number;
                } | null;
            }[];
            next_try_at: string | null;
            /** @description 1, 2, 3, … within the delivery */
            number: number;
            /** @enum {unknown} */
            outcome: "delivered" | "retry" | "rejected";
            reason: ("rate_limited" | "timeout" | "connection_failed" | "tls_failed" | "blocked_address" | "redirected" | "bad_response" | "server_error" | "client_error" | "auth_failed" | "not_found" | "payload_refused" | "gone" | "expired" | "internal") | null;
            /**
             * @description sent again on wish
             * @constant
             */
            replay?: true;
            request: {
                body: string | null;
                headers: {
                    [key: string]: string;
                };
                method: string;
                url: string;
            } | null;
            response: {
                body: string;
                headers: {
                    [key: string]: string;
                };
                status: number;
            } | null;
            /**
             * Format: date-time
             * @description UTC, milliseconds
             * @example 2026-04-20T21:51:13.702Z
             */
            started_at: string;
        };
        AuditEntry: {
            /** @enum {unknown} */
            action: "tenant.created" | "tenant.updated" | "tenant.deleted" | "api_key.created" | "api_key.updated" | "api_key.revoked" | "event_sink.created" | "event_sink.updated" | "event_sink.deleted" | "event_sink.paused" | "event_sink.resumed" | "delivery.retried" | "replay.created" | "replay.canceled" | "signing_secret.read" | "signing_secret.rotated" | "slack_integration.created" | "slack_integration.updated" | "slack_integration.deleted" | "slack_integration.install_begun" | "session.begun" | "session.ended" | "encryption_key.rotated";
            actor: {
                api_key_id: string | null;
                /** @enum {unknown} */
                role: "operator" | "tenant";
                /** @enum {unknown} */
                via: "key" | "session" | "state" | "command";
            };
            /** @description the other end of the connection */
            address: string;
            /**
             * Format: date-time
             * @description UTC, milliseconds
             * @example 2026-04-20T21:51:13.702Z
             */
            at: string;
            /** @description that came with the change */
            fields: string[];
            forwarded_for: string | null;
            /** Format: uuid */
            id: string;
            name: string | null;
            /** @description the answer's `x-request-id` */
            request_id: string;
            resource_id: string;
            tenant_id: string | null;
        };
        Delivery: {
            /** @enum {unknown} */
            action: "trigger" | "acknowledge" | "resolve";
            /** @description in lists of deliveries */
            alert_name?: string;
            /** Format: uuid */
            alert_uid: string;
            attempt_count: number;
            /**
             * Format: date-time
             * @description UTC, milliseconds
             * @example 2026-04-20T21:51:13.702Z
             */
            created_at: string;
            dedup_key: string;
            /** Format: uuid */
            event_sink_id: string;
            /** Format: uuid */
            id: string;
            next_try_at: string | null;
            reason: ("rate_limited" | "timeout" | "connection_failed" | "tls_failed" | "blocked_address" | "redirected" | "bad_response" | "server_error" | "client_error" | "auth_failed" | "not_found" | "payload_refused" | "gone" | "expired" | "internal") | null;
            /**
             * Format: uuid
             * @description the delivery at another sink that this one repeats
             */
            replay_of?: string;
            /**
             * Format: date-time
             * @description UTC, milliseconds
             * @example 2026-04-20T21:51:13.702Z
             */
            replayed_at?: string;
            /**
             * @description `held`: pending, and its sink is paused or broken
             * @enum {unknown}
             */
            state: "pending" | "delivered" | "failed" | "superseded" | "canceled" | "held";
            /** @description a string of 1 to 128 of the characters A-Z a-z 0-9 . _ : - */
            tenant_id: string;
            /**
             * Format: date-time
             * @description UTC, milliseconds
             * @example 2026-04-20T21:51:13.702Z
             */
            updated_at: string;
        };
        DeliverySummary: {
            /** @description the largest first */
            groups: {
                count: number;
                /** Format: uuid */
                event_sink_id: string;
                /**
                 * Format: date-time
                 * @description UTC, milliseconds
                 * @example 2026-04-20T21:51:13.702Z
                 */
                newest_at: string;
                /**
                 * Format: date-time
                 * @description UTC, milliseconds
                 * @example 2026-04-20T21:51:13.702Z
                 */
                oldest_at: string;
                reason: ("rate_limited" | "timeout" | "connection_failed" | "tls_failed" | "blocked_address" | "redirected" | "bad_response" | "server_error" | "client_error" | "auth_failed" | "not_found" | "payload_refused" | "gone" | "expired" | "internal") | null;
                /** @enum {unknown} */
                state: "failed" | "held" | "pending";
            }[];
            /** @description more than 20,000 failed, or wait: so many were looked at, of those that failed the newest */
            is_partial: boolean;
        };
        Error: {
            /** @description Stable; see docs/reference/errors.md */
            code: string;
            details?: {
                message: string;
                /** @description Where, e.g. event_sink_args.Webhook.url */
                path: string;
            }[];
            /** @description What is wrong and what to do, as a sentence */
            error: string;
        };
        EventSink: {
            /**
             * @description One key, the sink's type; under it what may be shown: never a secret, header values masked
             * @example {
             *       "Webhook": {
             *         "url": "https://test.com/webhook/abc"
             *       }
             *     }
             * @example {
             *       "PagerDuty": null
             *     }
             */
            configuration: {
                [key: string]: unknown;
            };
            /**
             * Format: date-time
             * @description UTC, whole seconds
             * @example 2024-05-09T20:01:32Z
             */
            created_at: string;
            description: string;
            /** @enum {unknown} */
            event_sink_type: "Discord" | "Email" | "PagerDuty" | "Slack" | "MicrosoftTeams" | "Webhook";
            /** Format: uuid */
            id: string;
            /** @description what people call it: not blank, without NUL characters */
            name: string;
            /** @description a string of 1 to 128 of the characters A-Z a-z 0-9 . _ : - */
            tenant_id: string;
            /**
             * Format: date-time
             * @description UTC, whole seconds
             * @example 2024-05-09T20:01:32Z
             */
            updated_at: string;
        };
        EventSinkStatus: {
            cure: string | null;
            /** @description since the hour that was 24 hours ago */
            last_day: {
                delivered: number;
                failed: number;
                /** @description attempts that another followed */
                retried: number;
                success_rate: number | null;
            };
            last_delivered_at: string | null;
            next_probe_at: string | null;
            /** @description deliveries not settled; counted up to 10,000 */
            pending_count: number;
            reason: ("rate_limited" | "timeout" | "connection_failed" | "tls_failed" | "blocked_address" | "redirected" | "bad_response" | "server_error" | "client_error" | "auth_failed" | "not_found" | "payload_refused" | "gone" | "expired" | "internal") | null;
            /**
             * Format: date-time
             * @description UTC, milliseconds
             * @example 2026-04-20T21:51:13.702Z
             */
            since: string;
            /**
             * @description it works, and answers take over ten seconds: consider `delivery.concurrency`
             * @constant
             */
            slow?: true;
            /**
             * @description deliveries of a broken or paused sink are held
             * @enum {unknown}
             */
            state: "healthy" | "failing" | "broken" | "paused";
            /** @description where it sends to, without secrets */
            target: string;
        };
        NewApiKey: {
            /**
             * Format: date-time
             * @description UTC, whole seconds
             * @example 2024-05-09T20:01:32Z
             */
            created_at: string;
            expires_at: string | null;
            /** Format: uuid */
            id: string;
            /** @description shown here and never again */
            key: string;
            last_used_at: string | null;
            limits?: {
                alerts_per_second?: number | null;
                bytes_per_second?: number | null;
            };
            /** @description what people call it: not blank, without NUL characters */
            name: string;
            /** @description the key's first characters */
            prefix: string;
            scopes: ("sinks:read" | "sinks:write" | "alerts:write" | "deliveries:read" | "deliveries:write" | "secrets:read" | "admin")[];
            tenant_id: string | null;
        };
        Overview: {
            event_sink_count: number;
            /** @description those in trouble first; 200 at most */
            event_sinks: {
                cure: string | null;
                event_sink_type: string;
                /** Format: uuid */
                id: string;
                /** @description since the hour that was 24 hours ago */
                last_day: {
                    delivered: number;
                    failed: number;
                    /** @description attempts that another followed */
                    retried: number;
                    success_rate: number | null;
                };
                last_delivered_at: string | null;
                name: string;
                reason: ("rate_limited" | "timeout" | "connection_failed" | "tls_failed" | "blocked_address" | "redirected" | "bad_response" | "server_error" | "client_error" | "auth_failed" | "not_found" | "payload_refused" | "gone" | "expired" | "internal") | null;
                /**
                 * Format: date-time
                 * @description UTC, milliseconds
                 * @example 2026-04-20T21:51:13.702Z
                 */
                since: string;
                /** @enum {unknown} */
                state: "healthy" | "failing" | "broken" | "paused";
            }[];
            /**
             * Format: date-time
             * @description UTC, milliseconds
             * @example 2026-04-20T21:51:13.702Z
             */
            from: string;
            /** @description all of the window, oldest first; each begins `at` */
            points: {
                alerts: number;
                /**
                 * Format: date-time
                 * @description UTC, milliseconds
                 * @example 2026-04-20T21:51:13.702Z
                 */
                at: string;
                delivered: number;
                failed: number;
                latency_ms: {
                    p50: number;
                    p95: number;
                    p99: number;
                } | null;
                retried: number;
            }[];
            /** @description deliveries not settled; of more than are counted, one of the oldest */
            queue: {
                oldest_pending_at: string | null;
                /** @description counted up to 10,000 */
                pending_count: number;
            };
            step_seconds: number;
            /** @description a string of 1 to 128 of the characters A-Z a-z 0-9 . _ : - */
            tenant_id: string;
            /**
             * Format: date-time
             * @description UTC, milliseconds
             * @example 2026-04-20T21:51:13.702Z
             */
            to: string;
            totals: {
                alerts: number;
                delivered: number;
                failed: number;
                latency_ms: {
                    p50: number;
                    p95: number;
                    p99: number;
                } | null;
                retried: number;
            };
            /** @enum {unknown} */
            window: "hour" | "day" | "week" | "month";
        };
        Replay: {
            /**
             * Format: date-time
             * @description UTC, milliseconds
             * @example 2026-04-20T21:51:13.702Z
             */
            created_at: string;
            filter: {
                action?: string;
                /** Format: uuid */
                alert_uid?: string;
                dedup_key?: string;
                /** Format: uuid */
                event_sink_id?: string;
                /**
                 * @description rate_limited: The platform asked to slow down; timeout: No complete answer in time; connection_failed: No connection, or it broke; tls_failed: The TLS handshake or the certificate failed; blocked_address: The address is not allowed for outbound requests; redirected: The answer was a redirect, which is never followed; bad_response: The answer was not what the platform documents; server_error: The platform reported a fault of its own; client_error: The platform refused the request; auth_failed: The platform refused the credentials; not_found: The target is not there; payload_refused: The platform refused the content; gone: The target said it is gone for good; expired: It was held or retried longer than allowed; internal: A fault in Event Sinks itself
                 * @enum {unknown}
                 */
                reason?: "rate_limited" | "timeout" | "connection_failed" | "tls_failed" | "blocked_address" | "redirected" | "bad_response" | "server_error" | "client_error" | "auth_failed" | "not_found" | "payload_refused" | "gone" | "expired" | "internal";
                /**
                 * Format: date-time
                 * @description UTC, milliseconds
                 * @example 2026-04-20T21:51:13.702Z
                 */
                since?: string;
                /**
                 * @description `held`: pending, and its sink is paused or broken
                 * @enum {unknown}
                 */
                state: "pending" | "delivered" | "failed" | "superseded" | "canceled" | "held";
                /**
                 * Format: date-time
                 * @description UTC, milliseconds
                 * @example 2026-04-20T21:51:13.702Z
                 */
                until?: string;
            };
            finished_at: string | null;
            id: string | null;
            include_overtaken: boolean;
            matched_count: number | null;
            /** @description made pending so far; 0 in a dry run */
            replayed_count: number;
            /** @description matched, and not sent again */
            skipped: {
                /** @description the other sink has a delivery of the alert, delivered or pending */
                already_there: number;
                event_sink_deleted: number;
                /** @description see `include_overtaken` */
                overtaken: number;
            };
            /** @enum {unknown} */
            state: "running" | "done" | "canceled" | "dry_run";
            /** @description a string of 1 to 128 of the characters A-Z a-z 0-9 . _ : - */
            tenant_id: string;
            to_event_sink_id: string | null;
        };
        ServiceInfo: {
            features: {
                /** @description e-mail sinks can be saved */
                email: boolean;
                /** @description webhook URLs must be `https:` */
                require_https: boolean;
                /** @description the Slack app can be installed by link */
                slack_install: boolean;
            };
            version: string;
        };
        /** @description Whose key it is. `expires_at` is null for a call with a key */
        Session: {
            expires_at: string | null;
            /** @enum {unknown} */
            role: "operator" | "tenant";
            scopes: ("sinks:read" | "sinks:write" | "alerts:write" | "deliveries:read" | "deliveries:write" | "secrets:read" | "admin")[];
            tenant_id: string | null;
        };
        SlackChannel: {
            /** @description what `channel_id` of a Slack sink takes */
            id: string;
            /** @description false: the app may have to be invited first, /invite @ and its name */
            is_member: boolean;
            is_private: boolean;
            /** @description without # */
            name: string;
        };
        /** @description tenant_id is null for the operator's own */
        SlackIntegration: {
            /** @description what people invite the app by; left out while Slack has not told */
            bot_name?: string;
            bot_user_id: string;
            /**
             * Format: date-time
             * @description UTC, whole seconds
             * @example 2024-05-09T20:01:32Z
             */
            created_at: string;
            /** Format: uuid */
            id: string;
            /** @description what people call it: not blank, without NUL characters */
            name: string;
            /** @description only when Slack no longer accepts its token: Slack's word, e.g. token_revoked. Install the app again */
            revoked_reason?: string;
            /** @description what the app may do there; empty while Slack has not told */
            scopes: string[];
            /** @description the Slack workspace */
            team_id: string;
            team_name: string;
            tenant_id: string | null;
            /**
             * Format: date-time
             * @description only where tokens rotate; the token is renewed before
             */
            token_expires_at?: string;
            /**
             * Format: date-time
             * @description UTC, whole seconds
             * @example 2024-05-09T20:01:32Z
             */
            updated_at: string;
        };
        Tenant: {
            /**
             * Format: date-time
             * @description UTC, whole seconds
             * @example 2024-05-09T20:01:32Z
             */
            created_at: string;
            /** @description a string of 1 to 128 of the characters A-Z a-z 0-9 . _ : - */
            id: string;
            limits?: {
                alerts_per_second?: number | null;
                bytes_per_second?: number | null;
                event_sinks?: number | null;
            };
            /** @description where alerts about broken sinks go; left out: to its other working sinks */
            operational_event_sink_ids?: string[];
            /** @description how long settled alerts are kept; left out: as EVENT_SINKS_RETENTION_DAYS says */
            retention_days?: number;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
