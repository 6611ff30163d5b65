using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Temporalio.Client;
using Temporalio.Converters;

namespace Orchestrator.Messages;

/// <summary>
/// JSON options for all Temporal payloads, shared by clients, workers and workflows. Members are written in camel case and read
/// case-insensitively.
/// </summary>
public static class PayloadJsonOptions
{
    /// <summary>The shared JSON options. Members with explicit names, such as those of a plan, keep these names.</summary>
    public static JsonSerializerOptions Options { get; } =
        Fixed(
            new JsonSerializerOptions
            {
                PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
                PropertyNameCaseInsensitive = true,
                // Without relaxed escaping, a text in a non-Latin script could become three times as long and exceed the server's limit.
                Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
                TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { OmitDefaults } },
            }
        );

    private static Type[] InputTypes =>
        [typeof(OrchestrationInput), typeof(PlanningOptions), typeof(UnattendedRunContractRecord), typeof(RunForecast)];

    private static IPayloadConverter PayloadConverter { get; } = new DefaultPayloadConverter(Options);

    /// <summary>Returns a client that uses these JSON options. Codec, connection and all other options stay the same.</summary>
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

    /// <summary>
    /// Omits from a run's input the members that have their default values, because users read the input in Temporal's Web UI.
    /// </summary>
    private static void OmitDefaults(JsonTypeInfo type)
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
