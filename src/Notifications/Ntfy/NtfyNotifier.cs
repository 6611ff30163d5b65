using Orchestrator.Notifications.Http;

namespace Orchestrator.Notifications.Ntfy;

/// <summary>Publishes notices to a topic of an ntfy server.</summary>
/// <remarks>
/// See https://docs.ntfy.sh/publish. A notice's id is used as its sequence id, so that a repeated delivery replaces the message, and the
/// message can be deleted. Servers before version 2.16 show repetitions twice and can't delete them.
/// </remarks>
public sealed class NtfyNotifier : INotifier
{
    /// <summary>
    /// Maximum length of a message in characters. A server turns messages over 4,096 bytes into attachments, and a character may need four
    /// bytes.
    /// </summary>
    private const int LongestMessage = 1000;
    private const int LongestTitle = 200;
    private const int MostActions = 3;
    private readonly RetryingHttpClient _http;
    private readonly Uri _topic;
    private readonly string? _token;

    /// <summary>Creates a notifier.</summary>
    /// <param name="topic">Address of the topic, such as <c>https://ntfy.sh/my-topic</c>.</param>
    /// <param name="token">Access token, or null if none is needed.</param>
    /// <param name="options">Options of the requests.</param>
    public NtfyNotifier(Uri topic, string? token, RetryingHttpClientOptions options)
    {
        (_topic, _token, _http) = (topic, token, new RetryingHttpClient(options));
    }

    /// <inheritdoc/>
    public string Description => $"ntfy ({_topic.Host})";

    /// <inheritdoc/>
    public bool CanWithdraw => true;

    private string Topic => _topic.Segments[^1].Trim('/');

    /// <inheritdoc/>
    public async Task<NoticeDeliveryResult> SendAsync(Notice notice, CancellationToken cancellationToken)
    {
        var sent = await PublishAsync(notice, withActions: notice.Commands.Count > 0, cancellationToken);

        // A server that does not support the action rejects the whole message.
        return sent.Status == NoticeDeliveryResultKind.Failed && notice.Commands.Count > 0
            ? await PublishAsync(notice, withActions: false, cancellationToken)
            : sent;
    }

    /// <inheritdoc/>
    public async Task<NoticeDeliveryResult> WithdrawAsync(Notice notice, string reference, CancellationToken cancellationToken) =>
        await _http.SendAsync(
            () => Request(HttpMethod.Delete, new Uri($"{_topic.AbsoluteUri.TrimEnd('/')}/{notice.Id}")),
            cancellationToken
        );

    /// <inheritdoc/>
    public async Task<NoticeDeliveryResult> CheckAsync(CancellationToken cancellationToken)
    {
        // Reading the topic checks it without sending a message.
        var found = await _http.SendAsync(
            () => Request(HttpMethod.Get, new Uri($"{_topic.AbsoluteUri.TrimEnd('/')}/json?poll=1&since=1s")),
            cancellationToken
        );
        return found.Status == NoticeDeliveryResultKind.Done
            ? new(NoticeDeliveryResultKind.Done, "the server answers and knows the topic.")
            : found;
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private Task<NoticeDeliveryResult> PublishAsync(Notice notice, bool withActions, CancellationToken cancellationToken)
    {
        var message = JsonSerializer.Serialize(
            new NtfyMessage(
                Topic,
                notice.Title.Length > LongestTitle ? notice.Title[..LongestTitle] : notice.Title,
                notice.ToText(LongestMessage),
                notice switch
                {
                    { IsQuiet: true } => 1,
                    { IsUrgent: true } => 4,
                    _ => 3,
                },
                notice.Id,
                withActions
                    ? [.. notice.Commands.Take(MostActions).Select(command => new NtfyAction("copy", Label(command), command))]
                    : null
            )
            {
                Click = notice.Link,
            },
            NtfyJsonContext.Default.NtfyMessage
        );
        var root = new Uri(_topic, ".");
        return _http.SendAsync(
            () =>
            {
                var request = Request(HttpMethod.Post, root);
                request.Content = new StringContent(message, Encoding.UTF8, "application/json");
                return request;
            },
            cancellationToken
        );
    }

    private HttpRequestMessage Request(HttpMethod method, Uri address)
    {
        var request = new HttpRequestMessage(method, address);
        if (_token is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _token);
        }
        return request;
    }

    // For example, the button 'Copy: approve' copies 'orchestrate approve run-x/task-a'.
    private static string Label(string command) => command.Split(' ') is [_, var verb, ..] ? $"Copy: {verb}" : "Copy";
}

/// <summary>A message in ntfy's JSON format.</summary>
internal sealed record NtfyMessage(
    [property: JsonPropertyName("topic")] string Topic,
    [property: JsonPropertyName("title")] string Title,
    [property: JsonPropertyName("message")] string Message,
    [property: JsonPropertyName("priority")] int Priority,
    [property: JsonPropertyName("sequence_id")] string SequenceId,
    [property: JsonPropertyName("actions"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<NtfyAction>? Actions
)
{
    /// <summary>Address that opens when the user taps the notification.</summary>
    [JsonPropertyName("click"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Click { get; init; }
}

/// <summary>A button below an ntfy message.</summary>
internal sealed record NtfyAction(
    [property: JsonPropertyName("action")] string Action,
    [property: JsonPropertyName("label")] string Label,
    [property: JsonPropertyName("value")] string Value
);

[JsonSerializable(typeof(NtfyMessage))]
internal sealed partial class NtfyJsonContext : JsonSerializerContext;
