using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Orchestrator.TestKit;

namespace Orchestrator.EndToEnd.Tests;

/// <summary>
/// A model on loopback behind the wire formats of Codex (Responses), opencode (chat completions) and Gemini: the first answer of a
/// conversation calls the program's shell tool, the next one says that it is done. Prompts are told apart by a mark in them
/// (<c>MARK-NAME</c>).
/// </summary>
internal sealed partial class ScriptedModels : IAsyncDisposable
{
    internal const string Works = "echo \"$ORCHESTRATOR_TASK\" > \"$ORCHESTRATOR_TASK.txt\"";
    private const string Said = "All done.";
    private readonly WebApplication _application;
    private readonly CancellationTokenSource _closing = new();
    private readonly ConcurrentDictionary<string, int> _held = new();
    private readonly ConcurrentQueue<(string Mark, string Body)> _requests = new();
    private readonly IReadOnlyCollection<string> _hold;
    private int _count;

    private ScriptedModels(IReadOnlyCollection<string> hold)
    {
        _hold = hold;
        _application = LoopbackApplication.Create();
        _application.MapFallback("{*path}", AnswerAsync);
    }

    internal string Url => _application.Urls.Single();

    /// <summary>Marks whose agent has used its tool and waits for an answer that never comes.</summary>
    internal IReadOnlyCollection<string> Waiting => [.. _held.Keys];

    /// <summary>The command of the model's tool call.</summary>
    internal string Command { get; set; } = Works;

    /// <summary>The model's text after its tool call in a conversation with the given text, or null to state that it is done.</summary>
    internal Func<string, string?> Says { get; set; } = _ => null;

    /// <summary>The <c>Authorization</c> headers of requests for an answer.</summary>
    internal ConcurrentQueue<string> Keys { get; } = new();

    /// <summary>The conversations that were sent with a mark.</summary>
    internal IReadOnlyList<string> Conversations(string mark) =>
        [.. _requests.Where(request => request.Mark == mark).Select(request => request.Body)];

    /// <summary>Starts it.</summary>
    /// <param name="hold">Marks whose second request is not answered the first time.</param>
    internal static async Task<ScriptedModels> StartAsync(params string[] hold)
    {
        ScriptedModels models = new(hold);
        await models._application.StartAsync();
        return models;
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await _application.DisposeAsync();
        _closing.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        using StreamReader reader = new(context.Request.Body);
        var text = await reader.ReadToEndAsync();
        var body = text.Length > 0 && text[0] == '{' ? JsonNode.Parse(text)! : new JsonObject();
        var path = context.Request.Path.Value ?? "";
        var isGemini = path.Contains("enerateContent", StringComparison.Ordinal);
        if (
            !isGemini
            && !path.EndsWith("/responses", StringComparison.Ordinal)
            && !path.EndsWith("/chat/completions", StringComparison.Ordinal)
        )
        {
            await context.Response.WriteAsJsonAsync(new { data = Array.Empty<object>(), totalTokens = 10 });
            return;
        }
        Keys.Enqueue(context.Request.Headers.Authorization.ToString());
        var hasTools = body["tools"] is JsonArray { Count: > 0 };
        var isAnswered = IsAnswered(body);
        var mark = Mark().Match(text).Groups[1].Value;
        if (hasTools)
        {
            _requests.Enqueue((mark, text));
        }
        if (hasTools && isAnswered && _hold.Contains(mark) && _held.TryAdd(mark, 1))
        {
            using var gone = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _closing.Token);
            await Task.Delay(Timeout.Infinite, gone.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            context.Abort();
            return;
        }
        if (StrictSchemaFault(body) is { } fault)
        {
            context.Response.StatusCode = 400;
            await context.Response.WriteAsJsonAsync(new { error = new { message = fault, type = "invalid_request_error" } });
            return;
        }
        var said = Says(text) ?? Said;
        var id = Interlocked.Increment(ref _count);
        var pieces =
            isGemini ? Gemini(hasTools && !isAnswered, said)
            : path.EndsWith("/responses", StringComparison.Ordinal) ? Codex(hasTools && !isAnswered, id, said)
            : Opencode(hasTools && !isAnswered, id, said);
        if (isGemini && !context.Request.Query.ContainsKey("alt"))
        {
            await context.Response.WriteAsync(pieces.Single());
            return;
        }
        context.Response.ContentType = "text/event-stream";
        foreach (var piece in pieces)
        {
            await context.Response.WriteAsync($"data: {piece}\n\n");
        }
    }

    /// <summary>
    /// Checks a schema like the real Responses API: a strict schema requires every member of every object, and allows no others.
    /// </summary>
    private static string? StrictSchemaFault(JsonNode body) =>
        body["text"]?["format"] is { } format && (bool?)format["strict"] is true && !IsStrict(format["schema"])
            ? $"Invalid schema for response_format '{format["name"]}': 'required' is required to be supplied and to be an array including "
                + "every key in properties."
            : null;

    private static bool IsStrict(JsonNode? schema) =>
        schema switch
        {
            JsonObject one => (
                one["properties"] is not JsonObject members
                || (
                    one["additionalProperties"] is JsonValue no
                    && no.GetValueKind() == JsonValueKind.False
                    && members
                        .Select(member => member.Key)
                        .ToHashSet()
                        .SetEquals(one["required"]?.AsArray().Select(key => (string)key!) ?? [])
                )
            ) && one.All(member => IsStrict(member.Value)),
            JsonArray many => many.All(IsStrict),
            _ => true,
        };

    private static bool IsAnswered(JsonNode body) =>
        (body["input"] ?? body["contents"] ?? body["messages"])?.ToJsonString() is { } conversation
        && (
            conversation.Contains("_call_output", StringComparison.Ordinal)
            || conversation.Contains("functionResponse", StringComparison.Ordinal)
            || conversation.Contains("\"role\":\"tool\"", StringComparison.Ordinal)
        );

    private IEnumerable<string> Codex(bool calls, int id, string said)
    {
        object item = calls
            ? new
            {
                type = "function_call",
                id = $"fc_{id}",
                call_id = $"call_{id}",
                status = "completed",
                name = "exec_command",
                arguments = JsonSerializer.Serialize(new { cmd = Command }),
            }
            : new
            {
                type = "message",
                role = "assistant",
                id = $"msg_{id}",
                status = "completed",
                content = new[]
                {
                    new
                    {
                        type = "output_text",
                        text = said,
                        annotations = Array.Empty<object>(),
                    },
                },
            };
        object[] events =
        [
            new { type = "response.created", response = new { id = $"resp_{id}", status = "in_progress" } },
            new
            {
                type = "response.output_item.added",
                output_index = 0,
                item,
            },
            new
            {
                type = "response.output_item.done",
                output_index = 0,
                item,
            },
            new
            {
                type = "response.completed",
                response = new
                {
                    id = $"resp_{id}",
                    status = "completed",
                    output = new[] { item },
                    usage = new
                    {
                        input_tokens = 100,
                        output_tokens = 20,
                        total_tokens = 120,
                        input_tokens_details = new { cached_tokens = 40 },
                        output_tokens_details = new { reasoning_tokens = 0 },
                    },
                },
            },
        ];
        return events.Select(one => JsonSerializer.Serialize(one));
    }

    private IEnumerable<string> Opencode(bool calls, int id, string said)
    {
        object delta = calls
            ? new
            {
                role = "assistant",
                tool_calls = new[]
                {
                    new
                    {
                        index = 0,
                        id = $"call_{id}",
                        type = "function",
                        function = new
                        {
                            name = "bash",
                            arguments = JsonSerializer.Serialize(new { command = Command, description = "work" }),
                        },
                    },
                },
            }
            : new { role = "assistant", content = said };
        return
        [
            Chunk(delta, null, null),
            Chunk(
                new { },
                calls ? "tool_calls" : "stop",
                new
                {
                    prompt_tokens = 100,
                    completion_tokens = 20,
                    total_tokens = 120,
                }
            ),
            "[DONE]",
        ];

        string Chunk(object delta, string? finish, object? usage) =>
            JsonSerializer.Serialize(
                new
                {
                    id = $"c{id}",
                    @object = "chat.completion.chunk",
                    created = 1,
                    model = "m",
                    choices = new[]
                    {
                        new
                        {
                            index = 0,
                            delta,
                            finish_reason = finish,
                        },
                    },
                    usage,
                }
            );
    }

    private IEnumerable<string> Gemini(bool calls, string said)
    {
        object part = calls
            ? new { functionCall = new { name = "run_shell_command", args = new { command = Command, description = "work" } } }
            : new { text = said };
        return
        [
            JsonSerializer.Serialize(
                new
                {
                    candidates = new[]
                    {
                        new
                        {
                            content = new { role = "model", parts = new[] { part } },
                            finishReason = "STOP",
                            index = 0,
                        },
                    },
                    usageMetadata = new
                    {
                        promptTokenCount = 100,
                        candidatesTokenCount = 20,
                        totalTokenCount = 120,
                    },
                    modelVersion = "scripted",
                }
            ),
        ];
    }

    [GeneratedRegex("MARK-([A-Z]+)", RegexOptions.CultureInvariant)]
    private static partial Regex Mark();
}
