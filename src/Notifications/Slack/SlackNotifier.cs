using Orchestrator.Notifications.Http;

namespace Orchestrator.Notifications.Slack;

/// <summary>
/// Posts notices to a Slack incoming webhook. The webhook's address is a secret, because anyone who knows it can post. Messages can't be
/// withdrawn, and a repeated delivery is shown twice.
/// </summary>
/// <remarks>See https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks.</remarks>
public sealed class SlackNotifier(Uri webhook, RetryingHttpClientOptions options) : INotifier
{
    private const int LongestText = 3000;
    private readonly RetryingHttpClient _http = new(options);

    /// <inheritdoc/>
    public string Description => $"Slack ({webhook.Host})";

    /// <inheritdoc/>
    public bool CanWithdraw => false;

    /// <summary>True if the address belongs to Slack or to the local host.</summary>
    public static bool IsAddress(Uri address) => address.IsLoopback || address.Host is "hooks.slack.com" or "hooks.slack-gov.com";

    /// <inheritdoc/>
    public Task<NoticeDeliveryResult> SendAsync(Notice notice, CancellationToken cancellationToken)
    {
        var message = JsonSerializer.Serialize(new SlackMessage(Text(notice), false, false), SlackJsonContext.Default.SlackMessage);
        return _http.SendAsync(
            () =>
                new HttpRequestMessage(HttpMethod.Post, webhook)
                {
                    Content = new StringContent(message, Encoding.UTF8, "application/json"),
                },
            cancellationToken
        );
    }

    /// <inheritdoc/>
    public Task<NoticeDeliveryResult> WithdrawAsync(Notice notice, string reference, CancellationToken cancellationToken) =>
        Task.FromResult(new NoticeDeliveryResult(NoticeDeliveryResultKind.Failed, "Slack webhooks can't delete a message that was sent."));

    /// <inheritdoc/>
    public async Task<NoticeDeliveryResult> CheckAsync(CancellationToken cancellationToken)
    {
        // A webhook rejects a message without text with 400 and posts nothing. A deleted or unknown webhook responds with 403 or 404.
        var found = await _http.SendAsync(
            () => new HttpRequestMessage(HttpMethod.Post, webhook) { Content = new StringContent("{}", Encoding.UTF8, "application/json") },
            cancellationToken
        );
        return found.Status == NoticeDeliveryResultKind.Done || found.Problem.Contains(" 400 ", StringComparison.Ordinal)
            ? new(NoticeDeliveryResultKind.Done, "the webhook answers.")
            : found;
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    // Slack interprets *bold*, `code` and <links>. Within a code block it interprets only links, so the items are put into a code block.
    private static string Text(Notice notice) =>
        $"*{Escape(notice.Title).Replace('*', '∗')}*\n```{Escape(notice.ToText(LongestText))}```"
        + (notice.Link is { } link ? $"\n<{Escape(link).Replace("|", "%7C", StringComparison.Ordinal)}|Open the page>" : "");

    private static string Escape(string text) =>
        text.Replace("&", "&amp;", StringComparison.Ordinal)
            .Replace("<", "&lt;", StringComparison.Ordinal)
            .Replace(">", "&gt;", StringComparison.Ordinal)
            .Replace("```", "'''", StringComparison.Ordinal);
}

/// <summary>A message in Slack's JSON format.</summary>
internal sealed record SlackMessage(
    [property: JsonPropertyName("text")] string Text,
    [property: JsonPropertyName("unfurl_links")] bool UnfurlLinks,
    [property: JsonPropertyName("unfurl_media")] bool UnfurlMedia
);

[JsonSerializable(typeof(SlackMessage))]
internal sealed partial class SlackJsonContext : JsonSerializerContext;
