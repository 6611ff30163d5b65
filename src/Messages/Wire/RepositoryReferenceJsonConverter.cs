using System.Text.Json;
using Temporalio.Client;
using Temporalio.Converters;

namespace Orchestrator.Messages;

/// <summary>
/// Deserializes every repository reference as a reference to the repository that this worker serves. Required because messages sent before
/// a run was moved refer to the clone on the previous host.
/// </summary>
/// <param name="own">Repository that the worker serves.</param>
public sealed class RepositoryReferenceJsonConverter(RepositoryReference own) : JsonConverter<RepositoryReference>
{
    /// <summary>Returns a client that uses this converter in addition to the options of <see cref="PayloadJsonOptions"/>.</summary>
    /// <param name="client">Any client.</param>
    /// <param name="own">Repository that the worker serves.</param>
    public static ITemporalClient ReadingAs(ITemporalClient client, RepositoryReference own)
    {
        var rules = new JsonSerializerOptions(PayloadJsonOptions.Options) { Converters = { new RepositoryReferenceJsonConverter(own) } };
        rules.MakeReadOnly();
        var options = (TemporalClientOptions)client.Options.Clone();
        options.DataConverter = options.DataConverter with { PayloadConverter = new DefaultPayloadConverter(rules) };
        return new TemporalClient(client.Connection, options);
    }

    /// <inheritdoc/>
    public override RepositoryReference? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        JsonSerializer.Deserialize<RepositoryReference>(ref reader, PayloadJsonOptions.Options) is { } read
            ? read.Queue == own.Queue
                ? read
                : own
            : null;

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, RepositoryReference value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, value, PayloadJsonOptions.Options);
}
