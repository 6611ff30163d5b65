using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Orchestrator.TestKit;

/// <summary>
/// A Messages API on loopback that answers from a script, so that the real Claude CLI runs without an account and without the network. The
/// newest prompt that matches a rule selects the rule. A prompt that matches no rule therefore does not restart a script.
/// </summary>
public sealed partial class ScriptedMessagesApi : IAsyncDisposable
{
    private static readonly ApiTurn ScriptOver = ApiTurn.Says("Done (script over).");
    private readonly ConcurrentQueue<IncomingApiRequest> _requests = new();
    private readonly ConcurrentDictionary<string, int> _attempts = new();
    private readonly ConcurrentDictionary<string, bool> _cached = new();
    private readonly CancellationTokenSource _closing = new();
    private readonly IReadOnlyList<ApiRule> _rules;
    private readonly WebApplication _application;
    private int _count;

    private ScriptedMessagesApi(IReadOnlyList<ApiRule> rules)
    {
        _rules = rules;
        _application = LoopbackApplication.Create();
        _application.MapPost("/v1/messages", AnswerAsync);
        // Amazon Bedrock's variant has the model in the path.
        _application.MapPost("/model/{model}/invoke", AnswerAsync);
        _application.MapPost("/model/{model}/invoke-with-response-stream", AnswerAsync);
        _application.MapPost("/v1/messages/count_tokens", () => Results.Json(new { input_tokens = 1000 }));
        _application.MapGet("/v1/models", () => Results.Json(new { data = Array.Empty<object>(), has_more = false }));
        _application.MapMethods("/", ["HEAD"], () => Results.Ok());
    }

    /// <summary>URL of the API, for <c>ANTHROPIC_BASE_URL</c>.</summary>
    public string Url => _application.Urls.Single();

    /// <summary>Requests for messages so far, in order.</summary>
    public IReadOnlyList<IncomingApiRequest> Requests => [.. _requests];

    /// <summary>
    /// Returns an answer that replaces the script's for a request, by its number from 1, or null to use the script. It simulates problems
    /// that affect all agents at once, such as an expired login or an outage.
    /// </summary>
    public Func<int, ApiTurn?> Instead { get; set; } = _ => null;

    /// <summary>Returns an answer that replaces the script's for a key or token, or null to use the script.</summary>
    public Func<string, ApiTurn?> InsteadForKey { get; set; } = _ => null;

    /// <summary>True to report a cache hit for a request whose tools and system prompt equal those of an answered one.</summary>
    public bool CachesPrefixes { get; set; }

    /// <summary>Starts the API with a script.</summary>
    public static async Task<ScriptedMessagesApi> StartAsync(params ApiRule[] rules)
    {
        ScriptedMessagesApi api = new(rules);
        await api._application.StartAsync();
        return api;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await _application.DisposeAsync();
        _closing.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var body = (await JsonNode.ParseAsync(context.Request.Body))!;
        ApiConversation conversation = new(body, context.Request.Headers["x-claude-code-session-id"].ToString());
        var hasTools = body["tools"] is JsonArray { Count: > 0 };
        (var rule, var match, var index) = Choose(conversation, hasTools);
        var turn =
            rule is null ? ApiTurn.Says("OK")
            : index < rule.Turns.Length ? rule.Turns[index]
            : ScriptOver;
        var attempt = _attempts.AddOrUpdate($"{conversation.Session}|{rule?.Pattern}|{index}", 1, (_, count) => count + 1);
        turn = turn.Instead is { } instead && attempt <= turn.InsteadTimes ? instead : turn;
        turn = Instead(Interlocked.Increment(ref _count)) ?? InsteadForKey(ApiKey(context.Request)) ?? turn;
        var prefix = $"{body["tools"]?.ToJsonString()}\n{body["system"]?.ToJsonString()}";
        _requests.Enqueue(
            new IncomingApiRequest(
                context.Request.Path,
                rule?.Pattern,
                index,
                (string?)body["model"] ?? (string?)context.Request.RouteValues["model"] ?? "",
                conversation.Prompts.FirstOrDefault().Text ?? "",
                conversation.LastResult ?? "",
                conversation.System,
                ApiKey(context.Request),
                conversation.Session
            )
            {
                Status = turn.Status ?? StatusCodes.Status200OK,
                Prefix = prefix,
                At = DateTimeOffset.UtcNow,
            }
        );

        using var gone = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _closing.Token);
        try
        {
            await (turn.After ?? Task.CompletedTask).WaitAsync(gone.Token);
            if (turn.Hangs)
            {
                await Task.Delay(Timeout.Infinite, gone.Token);
            }

            var isCached = CachesPrefixes ? !_cached.TryAdd($"{(string?)body["model"]}\n{prefix}", true) : (bool?)null;
            await WriteAsync(context, body, turn, text => Fill(text, conversation, match), isCached);
        }
        catch (OperationCanceledException)
        {
            // The client has disconnected or the test has ended, so no answer can be sent.
            context.Abort();
        }
    }

    private (ApiRule? Rule, Match? Match, int Turn) Choose(ApiConversation conversation, bool hasTools)
    {
        foreach ((var text, var turn) in conversation.Prompts)
        {
            foreach (var rule in _rules.Where(rule => hasTools || !rule.UsesTools))
            {
                var match = rule.Regex.Match(text);
                if (match.Success)
                {
                    return (rule, match, turn);
                }
            }
        }

        return (null, null, 0);
    }

    private static async Task WriteAsync(HttpContext context, JsonNode body, ApiTurn turn, Func<string, string> fill, bool? isCached)
    {
        var response = context.Response;
        foreach ((var name, var value) in turn.Headers)
        {
            response.Headers[name] = value;
        }

        response.Headers["request-id"] = $"req_{Guid.NewGuid():N}";
        if (turn.Status is { } status)
        {
            response.StatusCode = status;
            await response.WriteAsJsonAsync(
                new { type = "error", error = new { type = ErrorType(status), message = turn.Message ?? $"error {status}" } }
            );
            return;
        }

        ApiMessage message = new((string?)body["model"] ?? "", turn, fill, isCached);
        if (context.Request.Path.Value!.EndsWith("/invoke-with-response-stream", StringComparison.Ordinal))
        {
            response.ContentType = "application/vnd.amazon.eventstream";
            foreach (var piece in message.Stream())
            {
                await response.Body.WriteAsync(AmazonEventStream.Frame(piece.ToJsonString()));
            }
            return;
        }
        if ((bool?)body["stream"] != true)
        {
            await response.WriteAsJsonAsync(message.Whole());
            return;
        }

        response.ContentType = "text/event-stream";
        foreach (var piece in message.Stream())
        {
            await response.WriteAsync($"event: {(string)piece["type"]!}\ndata: {piece.ToJsonString()}\n\n");
        }
    }

    private static string Fill(string text, ApiConversation conversation, Match? match) =>
        Placeholder()
            .Replace(
                text,
                found =>
                    found.Groups[1].Value switch
                    {
                        "cwd" => conversation.Directory,
                        "last" => conversation.LastResult ?? "",
                        var group
                            when match is not null
                                && int.TryParse(group, NumberStyles.None, CultureInfo.InvariantCulture, out var number) => match
                            .Groups[number]
                            .Value,
                        _ => found.Value,
                    }
            );

    private static string ApiKey(HttpRequest request) =>
        request.Headers["x-api-key"].ToString() is { Length: > 0 } key ? key : request.Headers.Authorization.ToString();

    private static string ErrorType(int status) =>
        status switch
        {
            400 => "invalid_request_error",
            401 => "authentication_error",
            403 => "permission_error",
            404 => "not_found_error",
            413 => "request_too_large",
            429 => "rate_limit_error",
            529 => "overloaded_error",
            _ => "api_error",
        };

    [GeneratedRegex(@"\$\{(\w+)\}")]
    private static partial Regex Placeholder();
}
