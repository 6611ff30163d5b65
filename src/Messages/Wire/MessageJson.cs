using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Temporalio.Client;
using Temporalio.Converters;

namespace Orchestrator.Messages;

/// <summary>JSON rules for everything that crosses Temporal: camelCase members, read in any case. One converter for clients, workers and
/// workflows.</summary>
public static class MessageJson
{
    /// <summary>The rules. Records with explicit member names (a plan's) keep those.</summary>
    public static JsonSerializerOptions Options { get; } =
        Fixed(
            new JsonSerializerOptions
            {
                PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
                PropertyNameCaseInsensitive = true,
                // Otherwise a text in another script would become up to three times as long, beyond the server's limit.
                Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
                TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { LeaveOutDefaults } },
            }
        );

    private static Type[] InputTypes => [typeof(OrchestrationInput), typeof(PlanningOptions), typeof(NightContract), typeof(RunForecast)];

    private static IPayloadConverter PayloadConverter { get; } = new DefaultPayloadConverter(Options);

    /// <summary>A client with these JSON rules. The codec, connection and other options stay.</summary>
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

    /// <summary>Writes only the given members of a run's input, which people read in Temporal's Web UI.</summary>
    private static void LeaveOutDefaults(JsonTypeInfo type)
    {
        if (InputTypes.Contains(type.Type))
        {
            foreach (var member in type.Properties.Where(member => !member.IsRequired))
            {
                member.ShouldSerialize = (_, value) => value is not (null or false);
            }
        }
    }

    private static JsonSerializerOptions Fixed(JsonSerializerOptions options)
    {
        options.MakeReadOnly();
        return options;
    }
}
