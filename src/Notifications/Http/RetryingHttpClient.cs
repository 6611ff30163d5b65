using System.Net.Sockets;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;

namespace Orchestrator.Notifications.Http;

/// <summary>
/// Sends requests to a server with a timeout for each attempt. Retries transient failures with jittered backoff, or after the delay that
/// the server requests. Stops sending for a while if the server does not respond. Does not follow redirects, because they could send
/// secrets to another host.
/// </summary>
public sealed class RetryingHttpClient : IDisposable
{
    private const int LongestAnswer = 4096;
    private const int LongestQuote = 200;
    private readonly HttpClient _client;
    private readonly RetryingHttpClientOptions _options;
    private readonly ResiliencePipeline<HttpResponseMessage> _pipeline;

    /// <summary>Creates a client that uses the given options.</summary>
    /// <param name="options">Timeouts and retries of the channel.</param>
    public RetryingHttpClient(RetryingHttpClientOptions options)
    {
        _options = options;
        _client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        _client.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("orchestrate", null));
        var passing = new PredicateBuilder<HttpResponseMessage>()
            .Handle<HttpRequestException>()
            .Handle<IOException>()
            .Handle<TimeoutRejectedException>()
            .HandleResult(response => MayPass(response.StatusCode));
        _pipeline = new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = options.Time }
            .AddRetry(
                new RetryStrategyOptions<HttpResponseMessage>
                {
                    ShouldHandle = arguments =>
                        ValueTask.FromResult(
                            RequestedDelay(arguments.Outcome.Result) is not { } wanted || wanted <= options.LongestPause
                                ? passing.Build()(arguments.Outcome)
                                : false
                        ),
                    MaxRetryAttempts = options.Retries,
                    BackoffType = DelayBackoffType.Exponential,
                    UseJitter = true,
                    Delay = options.Pause,
                    MaxDelay = options.LongestPause,
                    DelayGenerator = arguments => ValueTask.FromResult(RequestedDelay(arguments.Outcome.Result)),
                    OnRetry = arguments =>
                    {
                        arguments.Outcome.Result?.Dispose();
                        return ValueTask.CompletedTask;
                    },
                }
            )
            .AddCircuitBreaker(
                new CircuitBreakerStrategyOptions<HttpResponseMessage>
                {
                    ShouldHandle = passing,
                    FailureRatio = 1,
                    MinimumThroughput = 5,
                    SamplingDuration = TimeSpan.FromMinutes(1),
                    BreakDuration = options.Break,
                }
            )
            .AddTimeout(options.Timeout)
            .Build();
    }

    /// <summary>Sends a request, with retries after transient failures.</summary>
    /// <param name="make">Creates the request for each attempt.</param>
    /// <param name="stop">Cancels the request with an exception.</param>
    public async Task<NoticeDeliveryResult> SendAsync(Func<HttpRequestMessage> make, CancellationToken stop)
    {
        try
        {
            using var response = await _pipeline.ExecuteAsync(
                async token =>
                {
                    using var request = make();
                    return await _client.SendAsync(request, token);
                },
                stop
            );
            return await ResultAsync(response, stop);
        }
        catch (BrokenCircuitException broken)
        {
            return new(
                NoticeDeliveryResultKind.Later,
                "the server did not answer the last attempts, so no further attempt is made for a while."
            )
            {
                NotBefore = _options.Time.GetUtcNow() + (broken.RetryAfter ?? _options.Break),
            };
        }
        catch (TimeoutRejectedException)
        {
            return new(NoticeDeliveryResultKind.Later, $"the server did not answer within {_options.Timeout.TotalSeconds:0} s.");
        }
        catch (HttpRequestException failure)
        {
            return new(NoticeDeliveryResultKind.Later, Reason(failure));
        }
        catch (IOException)
        {
            return new(NoticeDeliveryResultKind.Later, "the connection broke.");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private static bool MayPass(HttpStatusCode status) =>
        status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests || (int)status >= 500;

    private TimeSpan? RequestedDelay(HttpResponseMessage? response) =>
        response?.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } when date - _options.Time.GetUtcNow() is var left => left > TimeSpan.Zero ? left : TimeSpan.Zero,
            _ => null,
        };

    private async Task<NoticeDeliveryResult> ResultAsync(HttpResponseMessage response, CancellationToken stop)
    {
        if (response.IsSuccessStatusCode)
        {
            return NoticeDeliveryResult.Done;
        }
        var said = $"the server answered {(int)response.StatusCode} {response.ReasonPhrase}".TrimEnd();
        if ((int)response.StatusCode is >= 300 and < 400)
        {
            return new(
                NoticeDeliveryResultKind.Failed,
                $"{said}, a redirection to another address, which is not followed. Set the url to the new address."
            );
        }
        var words = await QuoteAsync(response.Content, stop);
        return new(
            MayPass(response.StatusCode) ? NoticeDeliveryResultKind.Later : NoticeDeliveryResultKind.Failed,
            $"{said}{(words.Length > 0 ? $": {words}" : "")}."
        )
        {
            NotBefore = RequestedDelay(response) is { } pause ? _options.Time.GetUtcNow() + pause : null,
        };
    }

    private static async Task<string> QuoteAsync(HttpContent content, CancellationToken stop)
    {
        try
        {
            await using var body = await content.ReadAsStreamAsync(stop);
            var bytes = new byte[LongestAnswer];
            var length = await body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, stop);
            var words = Encoding.UTF8.GetString(bytes, 0, length).ReplaceLineEndings(" ").Trim();
            return words.Length > LongestQuote ? $"{words[..LongestQuote]}…" : words.TrimEnd('.');
        }
        catch (Exception broken) when (broken is IOException or HttpRequestException)
        {
            return "";
        }
    }

    // The runtime's messages end with the address, which may be a secret.
    private static string Reason(HttpRequestException failure) =>
        failure.HttpRequestError switch
        {
            HttpRequestError.NameResolutionError => "its host name can't be resolved.",
            HttpRequestError.SecureConnectionError => $"no secure connection: {failure.InnerException?.Message ?? failure.Message}",
            HttpRequestError.ConnectionError => failure.InnerException is SocketException socket
                ? $"no connection ({socket.SocketErrorCode})."
                : "no connection.",
            HttpRequestError.ProxyTunnelError => "the proxy refuses the connection.",
            _ => "the connection broke.",
        };
}
