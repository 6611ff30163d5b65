using Orchestrator.Notifications;

namespace Orchestrator.Runs.Reports.Notices;

/// <summary>Record of the sent and pending notices of a run. It is written before a channel is called, and again after the channel has
/// responded.</summary>
internal sealed record NoticeRecord
{
    [JsonPropertyName("schemaVersion")]
    public int SchemaVersion { get; set; } = 1;

    /// <summary>Messages, the oldest first.</summary>
    [JsonPropertyName("messages")]
    public IReadOnlyList<NoticeMessage> Messages
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>Working folder whose settings define the targets, for processes that deliver without the run's workflow.</summary>
    [JsonPropertyName("folder")]
    public string Folder
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>Keys of the facts that were true at the last report of the run's workflow.</summary>
    [JsonPropertyName("open")]
    public IReadOnlyList<string> Open
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>Keys of all facts that were or are being reported.</summary>
    [JsonIgnore]
    public IEnumerable<string> Keys => Messages.SelectMany(message => message.Notice.Items).Select(item => item.Key);

    /// <summary>Returns the record with a link in its newest message.</summary>
    /// <param name="link">Address of the page, or null if unknown.</param>
    public NoticeRecord LinkedTo(string? link) =>
        link is null || Messages is not [.., var last]
            ? this
            : this with
            {
                Messages = [.. Messages.SkipLast(1), last with { Notice = last.Notice with { Link = link } }],
            };

    /// <summary>Returns the record with all pending and failed messages marked as void.</summary>
    public NoticeRecord WithoutUnsent() =>
        this with
        {
            Messages =
            [
                .. Messages.Select(message =>
                    message with
                    {
                        Deliveries = message.Deliveries.ToDictionary(
                            target => target.Key,
                            target =>
                                target.Value.State is NoticeState.Pending or NoticeState.Failed
                                    ? target.Value with
                                    {
                                        State = NoticeState.Void,
                                    }
                                    : target.Value
                        ),
                    }
                ),
            ],
        };

    /// <summary>Reads the stored record. A missing or damaged one counts as empty, so that users may be notified again.</summary>
    public static NoticeRecord Read(string path) => StoredJson.TryRead(path, NoticeRecordsJson.Default.NoticeRecord) ?? new();

    /// <summary>Writes the record durably, so that it survives a power failure.</summary>
    public void Write(string path) =>
        DurableFile.Write(path, JsonSerializer.SerializeToUtf8Bytes(this, NoticeRecordsJson.Default.NoticeRecord));
}

/// <summary>A message with its delivery state at each target.</summary>
/// <param name="Notice">The message.</param>
/// <param name="Deliveries">Delivery states by the name of the target.</param>
internal sealed record NoticeMessage(
    [property: JsonPropertyName("notice")] Notice Notice,
    [property: JsonPropertyName("deliveries")] IReadOnlyDictionary<string, NoticeDelivery> Deliveries
)
{
    /// <summary>Returns the message with another delivery state at a target.</summary>
    public NoticeMessage With(string target, NoticeDelivery delivery) =>
        this with
        {
            Deliveries = Deliveries
                .Where(pair => pair.Key != target)
                .Append(KeyValuePair.Create(target, delivery))
                .OrderBy(pair => pair.Key, StringComparer.Ordinal)
                .ToDictionary(),
        };
}

/// <summary>Delivery state of a message at one target.</summary>
internal sealed record NoticeDelivery
{
    [JsonPropertyName("state")]
    public required NoticeState State { get; init; }

    /// <summary>Number of attempts to send the message.</summary>
    [JsonPropertyName("tries")]
    public int Tries { get; init; }

    /// <summary>Time of the last attempt, or null if there was none.</summary>
    [JsonPropertyName("triedAt")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? TriedAt { get; init; }

    /// <summary>Earliest time of the next attempt, or null for immediately.</summary>
    [JsonPropertyName("notBefore")]
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>The reason why it was not delivered or withdrawn, or empty if it was.</summary>
    [JsonPropertyName("problem")]
    public string Problem
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <inheritdoc cref="Delivery.Reference"/>
    [JsonPropertyName("reference")]
    public string Reference
    {
        get;
        init => field = value ?? "";
    } = "";
}

/// <summary>State of a delivery.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<NoticeState>))]
internal enum NoticeState
{
    /// <summary>Not sent yet, or being sent when the process died.</summary>
    Pending,

    /// <summary>Accepted by the channel.</summary>
    Sent,

    /// <summary>Rejected by the channel, or given up after many attempts.</summary>
    Failed,

    /// <summary>The question was answered, or became obsolete, before the message was sent.</summary>
    Void,

    /// <summary>Withdrawn after it was sent.</summary>
    Withdrawn,
}

[JsonSourceGenerationOptions(WriteIndented = true, NewLine = "\n")]
[JsonSerializable(typeof(NoticeRecord))]
internal sealed partial class NoticeRecordsJson : JsonSerializerContext;
