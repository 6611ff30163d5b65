namespace Orchestrator.Notifications;

/// <summary>
/// A notice as JSON for programs. It is the body of webhook requests and the standard input of programs that deliver notices.
/// </summary>
internal sealed record NoticeDocument(
    [property: JsonPropertyName("schemaVersion")] int SchemaVersion,
    [property: JsonPropertyName("event")] string Event,
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("time")] DateTimeOffset Time,
    [property: JsonPropertyName("title")] string Title,
    [property: JsonPropertyName("run")] string Run,
    [property: JsonPropertyName("repository")] string Repository,
    [property: JsonPropertyName("urgent")] bool Urgent,
    [property: JsonPropertyName("quiet")] bool Quiet,
    [property: JsonPropertyName("items")] IReadOnlyList<NoticeEventDescription> Items
)
{
    /// <summary>Address of a page that shows the notice; omitted if unknown.</summary>
    [JsonPropertyName("link"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Link { get; init; }

    /// <summary>Returns the JSON document for a new notice.</summary>
    public static string Of(Notice notice) => Of("notice", notice);

    /// <summary>Returns the JSON document for a withdrawn notice.</summary>
    public static string OfWithdrawn(Notice notice) => Of("withdrawn", notice);

    private static string Of(string kind, Notice notice) =>
        JsonSerializer.Serialize(
            new NoticeDocument(
                1,
                kind,
                notice.Id,
                notice.Time,
                notice.Title,
                notice.Run,
                notice.Repository,
                notice.IsUrgent,
                notice.IsQuiet,
                notice.Items
            )
            {
                Link = notice.Link,
            },
            NoticeJsonContext.Default.NoticeDocument
        );
}

[JsonSerializable(typeof(NoticeDocument))]
internal sealed partial class NoticeJsonContext : JsonSerializerContext;
