using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Temporalio.Client;
using Temporalio.Converters;

namespace Orchestrator.Messages;

/// <summary>How everything that crosses Temporal is written: JSON, members in camelCase, any case read. One converter for clients, workers
/// and workflows.</summary>
public static class MessageJson
{
    /// <summary>The rules. Members of a record that names them itself (a plan's) are written so.</summary>
    public static JsonSerializerOptions Options { get; } =
        Fixed(
            new JsonSerializerOptions
            {
                PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
                PropertyNameCaseInsensitive = true,
                // Else a text in another script would be up to three times as long as it came, beyond what a server takes.
                Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
                TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
            }
        );

    private static IPayloadConverter PayloadConverter { get; } = new DefaultPayloadConverter(Options);

    /// <summary>The same client, speaking so. Its codec, connection and other options stay.</summary>
    /// <param name="client">Any client.</param>
    public static ITemporalClient Speaking(ITemporalClient client)
    {
        if (ReferenceEquals(client.Options.DataConverter.PayloadConverter, PayloadConverter))
        {
            return client;
        }
        var options = (TemporalClientOptions)client.Options.Clone();
        options.DataConverter = options.DataConverter with { PayloadConverter = PayloadConverter };
        return new TemporalClient(client.Connection, options);
    }

    private static JsonSerializerOptions Fixed(JsonSerializerOptions options)
    {
        options.MakeReadOnly();
        return options;
    }
}
