{{- define "halfspace.gatewayConfig" -}}
{{- $headless := printf "%s-headless" (include "halfspace.fullname" .) -}}
receivers:
  otlp:
    protocols:
      grpc:
        endpoint: 0.0.0.0:4317
        # Senders stay where they are connected: this spreads them over gateways that came later.
        keepalive:
          server_parameters:
            max_connection_age: 5m
            max_connection_age_grace: 30s
        {{- if .Values.tls.existingSecret }}
        tls: &tls
          cert_file: /etc/halfspace/tls/tls.crt
          key_file: /etc/halfspace/tls/tls.key
          {{- if .Values.tls.clientCa }}
          client_ca_file: /etc/halfspace/tls/ca.crt
          {{- end }}
          reload_interval: 1m
        {{- end }}
        # What the sender shows is shown to Halfspace, which knows the secret: the gateway holds none.
        include_metadata: true
      http:
        endpoint: 0.0.0.0:4318
        {{- if .Values.tls.existingSecret }}
        tls: *tls
        {{- end }}
        include_metadata: true
processors:
  memory_limiter:
    check_interval: 1s
    limit_percentage: 75
    spike_limit_percentage: 20
exporters:
  load_balancing:
    # All lines of a service reach the replica that has its model.
    routing_key: service
    # Over one call and its retries; unset, it is five seconds.
    timeout: 60s
    protocol:
      otlp:
        {{- if .Values.tls.existingSecret }}
        tls:
          ca_file: /etc/halfspace/tls/ca.crt
          cert_file: /etc/halfspace/tls/tls.crt
          key_file: /etc/halfspace/tls/tls.key
          server_name_override: {{ include "halfspace.fullname" . }}
          reload_interval: 1m
        {{- else }}
        tls:
          insecure: true
        {{- end }}
        {{- if .Values.existingSecret }}
        auth:
          authenticator: headers_setter
        {{- end }}
        timeout: 30s
        # A replica that restarts is waited for; after that the sender hears of it, and sends again.
        retry_on_failure:
          enabled: true
          initial_interval: 1s
          max_interval: 5s
          max_elapsed_time: 20s
        # The sender's OK is Halfspace's own: nothing waits here that a restart could lose.
        sending_queue:
          enabled: false
    resolver:
      {{- if eq .Values.gateway.resolver "k8s" }}
      k8s:
        service: {{ $headless }}.{{ .Release.Namespace }}
        ports: [4317]
        # By name: a replica that comes back with another address is the same replica.
        return_hostnames: true
      {{- else }}
      static:
        hostnames:
          {{- range $ordinal := until (int .Values.replicaCount) }}
          - {{ include "halfspace.fullname" $ }}-{{ $ordinal }}.{{ $headless }}.{{ $.Release.Namespace }}:4317
          {{- end }}
      {{- end }}
extensions:
  health_check:
    endpoint: 0.0.0.0:13133
  {{- if .Values.existingSecret }}
  headers_setter:
    headers:
      - action: upsert
        key: {{ .Values.gateway.credentialHeader }}
        from_context: {{ .Values.gateway.credentialHeader }}
  {{- end }}
service:
  extensions: [health_check{{ if .Values.existingSecret }}, headers_setter{{ end }}]
  telemetry:
    logs:
      encoding: json
  pipelines:
    logs:
      receivers: [otlp]
      processors: [memory_limiter]
      exporters: [load_balancing]
{{- end -}}
