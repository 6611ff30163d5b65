using Orchestrator.Notifications.Http;

namespace Orchestrator.Notifications.Webhook;

/// <summary>
/// Posts notices as JSON in signed requests. A withdrawal is a separate request with the same notice id in its body, and with the suffix
/// <c>-withdrawn</c> in its <c>webhook-id</c> header.
/// </summary>
/// <param name="address">Address of the webhook.</param>
/// <param name="secret">Key shared with the receiver.</param>
/// <param name="options">Options of the requests.</param>
public sealed class WebhookNotifier(Uri address, string secret, RetryingHttpClientOptions options) : INotifier
{
    private readonly RetryingHttpClient _http = new(options);

    /// <inheritdoc/>
    public string Description => $"webhook ({address.Host})";

    /// <inheritdoc/>
    public bool CanWithdraw => true;

    /// <inheritdoc/>
    public Task<NoticeDeliveryResult> SendAsync(Notice notice, CancellationToken cancellationToken) =>
        PostAsync(notice.Id, NoticeDocument.Of(notice), cancellationToken);

    /// <inheritdoc/>
    public Task<NoticeDeliveryResult> WithdrawAsync(Notice notice, string reference, CancellationToken cancellationToken) =>
        PostAsync($"{notice.Id}-withdrawn", NoticeDocument.OfWithdrawn(notice), cancellationToken);

    /// <inheritdoc/>
    public async Task<NoticeDeliveryResult> CheckAsync(CancellationToken cancellationToken)
    {
        // Any response shows that a server is listening, even if it does not support the method.
        var found = await _http.SendAsync(() => new HttpRequestMessage(HttpMethod.Options, address), cancellationToken);
        return found.Status == NoticeDeliveryResultKind.Later ? found : new(NoticeDeliveryResultKind.Done, "the server answers.");
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private Task<NoticeDeliveryResult> PostAsync(string id, string body, CancellationToken cancellationToken) =>
        _http.SendAsync(
            () =>
            {
                var seconds = options.Time.GetUtcNow().ToUnixTimeSeconds();
                return new HttpRequestMessage(HttpMethod.Post, address)
                {
                    Content = new StringContent(body, Encoding.UTF8, "application/json"),
                    Headers =
                    {
                        { WebhookSignature.IdHeader, id },
                        { WebhookSignature.TimeHeader, seconds.ToString(CultureInfo.InvariantCulture) },
                        { WebhookSignature.SignatureHeader, WebhookSignature.Of(secret, id, seconds, body) },
                    },
                };
            },
            cancellationToken
        );
}
