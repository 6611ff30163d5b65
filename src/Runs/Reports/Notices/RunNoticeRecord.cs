using Orchestrator.Notifications;

namespace Orchestrator.Runs.Reports.Notices;

/// <summary>
/// The sent and pending messages of a run. The record is stored before each call to a notification channel and after the channel's
/// response.
/// </summary>
internal sealed record RunNoticeRecord
{
    [JsonPropertyName("schemaVersion")]
    public int SchemaVersion { get; set; } = 1;

    /// <summary>All messages, oldest first.</summary>
    [JsonPropertyName("messages")]
    public IReadOnlyList<NoticeMessage> Messages
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>
    /// Absolute path of the folder whose settings define the targets. It is used if a process sends the messages outside the run's
    /// workflow.
    /// </summary>
    [JsonPropertyName("folder")]
    public string Folder
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>Keys of the facts that were true when the run's workflow last reported them.</summary>
    [JsonPropertyName("open")]
    public IReadOnlyList<string> Open
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>Keys of all facts in the messages.</summary>
    [JsonIgnore]
    public IEnumerable<string> Keys => Messages.SelectMany(message => message.Notice.Items).Select(item => item.Key);

    /// <summary>Returns a copy with a link in the newest message.</summary>
    /// <param name="link">URL of the run's page, or null if unknown.</param>
    public RunNoticeRecord LinkedTo(string? link) =>
        link is null || Messages is not [.., var last]
            ? this
            : this with
            {
                Messages = [.. Messages.SkipLast(1), last with { Notice = last.Notice with { Link = link } }],
            };

    /// <summary>Returns a copy in which all pending and failed deliveries are marked as void.</summary>
    public RunNoticeRecord WithoutUnsent() =>
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
                                target.Value.State is NoticeDeliveryStatus.Pending or NoticeDeliveryStatus.Failed
                                    ? target.Value with
                                    {
                                        State = NoticeDeliveryStatus.Void,
                                    }
                                    : target.Value
                        ),
                    }
                ),
            ],
        };

    /// <summary>Reads the stored notice record. A missing or damaged record counts as empty, so users may then be notified again.</summary>
    public static RunNoticeRecord Read(string path) =>
        StoredJsonReader.TryRead(path, RunNoticeRecordJsonContext.Default.RunNoticeRecord) ?? new();

    /// <summary>Writes the record to the disk so that it survives a power failure.</summary>
    public void Write(string path) =>
        DurableFile.Write(path, JsonSerializer.SerializeToUtf8Bytes(this, RunNoticeRecordJsonContext.Default.RunNoticeRecord));
}

/// <summary>A message with its delivery state for each target.</summary>
/// <param name="Notice">The message.</param>
/// <param name="Deliveries">Delivery states by the name of the target.</param>
internal sealed record NoticeMessage(
    [property: JsonPropertyName("notice")] Notice Notice,
    [property: JsonPropertyName("deliveries")] IReadOnlyDictionary<string, NoticeDeliveryRecord> Deliveries
)
{
    /// <summary>Returns a copy of the message with a new delivery state for a target.</summary>
    public NoticeMessage With(string target, NoticeDeliveryRecord delivery) =>
        this with
        {
            Deliveries = Deliveries
                .Where(pair => pair.Key != target)
                .Append(KeyValuePair.Create(target, delivery))
                .OrderBy(pair => pair.Key, StringComparer.Ordinal)
                .ToDictionary(),
        };
}

/// <summary>The delivery state of a message for one target.</summary>
internal sealed record NoticeDeliveryRecord
{
    /// <summary>State of the message for the target.</summary>
    [JsonPropertyName("state")]
    public required NoticeDeliveryStatus State { get; init; }

    /// <summary>Number of attempts to send the message.</summary>
    [JsonPropertyName("tries")]
    public int Tries { get; init; }

    /// <summary>Time of the last attempt, or null if there was none.</summary>
    [JsonPropertyName("triedAt")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? TriedAt { get; init; }

    /// <summary>Earliest time of the next attempt, or null if it may follow immediately.</summary>
    [JsonPropertyName("notBefore")]
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>Reason why the message could not be delivered or withdrawn. Empty if there is none.</summary>
    [JsonPropertyName("problem")]
    public string Problem
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <inheritdoc cref="NoticeDeliveryResult.Reference"/>
    [JsonPropertyName("reference")]
    public string Reference
    {
        get;
        init => field = value ?? "";
    } = "";
}

/// <summary>State of a message for one target.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<NoticeDeliveryStatus>))]
internal enum NoticeDeliveryStatus
{
    /// <summary>The message has not been sent yet, or the process died while it was sending the message.</summary>
    Pending,

    /// <summary>The channel accepted the message.</summary>
    Sent,

    /// <summary>The channel rejected the message, or many attempts failed.</summary>
    Failed,

    /// <summary>The message became obsolete or was discarded before it was delivered.</summary>
    Void,

    /// <summary>The message was withdrawn after it was sent.</summary>
    Withdrawn,
}

[JsonSourceGenerationOptions(WriteIndented = true, NewLine = "\n")]
[JsonSerializable(typeof(RunNoticeRecord))]
internal sealed partial class RunNoticeRecordJsonContext : JsonSerializerContext;
