using Orchestrator.Notifications;

namespace Orchestrator.Runs.Reports.Notices;

/// <summary>The notices of one run, sent and on their way: written before a channel is called, and after it has answered.</summary>
internal sealed record NoticeBook
{
    [JsonPropertyName("schemaVersion")]
    public int SchemaVersion { get; set; } = 1;

    /// <summary>The messages, the oldest first.</summary>
    [JsonPropertyName("messages")]
    public IReadOnlyList<NoticeMessage> Messages
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>Working folder whose settings name the targets, for processes that deliver without the run's workflow.</summary>
    [JsonPropertyName("folder")]
    public string Folder
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>Keys of the facts that held when the run's workflow last reported.</summary>
    [JsonPropertyName("open")]
    public IReadOnlyList<string> Open
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>Keys of all facts that were told, or are being told.</summary>
    [JsonIgnore]
    public IEnumerable<string> Keys => Messages.SelectMany(message => message.Notice.Items).Select(item => item.Key);

    /// <summary>The book with a link in its newest message.</summary>
    /// <param name="link">Address of the page; null: none is known.</param>
    public NoticeBook LinkedTo(string? link) =>
        link is null || Messages is not [.., var last]
            ? this
            : this with
            {
                Messages = [.. Messages.SkipLast(1), last with { Notice = last.Notice with { Link = link } }],
            };

    /// <summary>The book without messages on their way or given up: each is void.</summary>
    public NoticeBook WithoutUnsent() =>
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

    /// <summary>The stored book; an empty one where there is none, or where it is damaged: then people are told again.</summary>
    public static NoticeBook Read(string path) => StoredJson.TryRead(path, NoticeBookJson.Default.NoticeBook) ?? new();

    /// <summary>Writes it, so that it survives a power cut.</summary>
    public void Write(string path) => DurableFile.Write(path, JsonSerializer.SerializeToUtf8Bytes(this, NoticeBookJson.Default.NoticeBook));
}

/// <summary>One message and what became of it at each target.</summary>
/// <param name="Notice">The message.</param>
/// <param name="Deliveries">By name of the target.</param>
internal sealed record NoticeMessage(
    [property: JsonPropertyName("notice")] Notice Notice,
    [property: JsonPropertyName("deliveries")] IReadOnlyDictionary<string, NoticeDelivery> Deliveries
)
{
    /// <summary>This message with another state at a target.</summary>
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

/// <summary>A message at one target.</summary>
internal sealed record NoticeDelivery
{
    [JsonPropertyName("state")]
    public required NoticeState State { get; init; }

    /// <summary>Times that it was tried.</summary>
    [JsonPropertyName("tries")]
    public int Tries { get; init; }

    /// <summary>Time of the last try; null: there was none.</summary>
    [JsonPropertyName("triedAt")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? TriedAt { get; init; }

    /// <summary>Not before this time; null: at once.</summary>
    [JsonPropertyName("notBefore")]
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>Why it was not delivered or not withdrawn; empty where it was.</summary>
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

/// <summary>The state of a message on its way.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<NoticeState>))]
internal enum NoticeState
{
    /// <summary>To be sent, or it was being sent when the process died.</summary>
    Pending,

    /// <summary>The channel has taken it.</summary>
    Sent,

    /// <summary>The channel refused it, or was tried in vain for long.</summary>
    Failed,

    /// <summary>The message was answered or void before it was sent.</summary>
    Void,

    /// <summary>The message was taken back.</summary>
    Withdrawn,
}

[JsonSourceGenerationOptions(WriteIndented = true, NewLine = "\n")]
[JsonSerializable(typeof(NoticeBook))]
internal sealed partial class NoticeBookJson : JsonSerializerContext;
