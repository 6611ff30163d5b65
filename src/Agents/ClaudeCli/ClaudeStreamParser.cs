using Orchestrator.Agents.Unknowns;

namespace Orchestrator.Agents.ClaudeCli;

/// <summary>
/// Parses the CLI's <c>stream-json</c> output. Ignores unknown fields and lines that are not JSON. Records the names of unknown event
/// kinds, but otherwise ignores such events.
/// </summary>
/// <param name="findSessionFile">Returns the path of a conversation file by conversation id, or null if the file does not exist. Used for
/// agent runs without a result.</param>
/// <param name="wantsAnswer">True if an answer that matches a schema was requested. If the program does not return one, the whole text is
/// used as the answer.</param>
/// <param name="continues">Id of the conversation to continue, or null if a new conversation starts.</param>
/// <param name="arguments">Arguments of the program, used to report rejected arguments. If null, rejected arguments are not
/// reported.</param>
internal sealed class ClaudeStreamParser(
    Func<string, string?> findSessionFile,
    bool wantsAnswer,
    string? continues = null,
    IReadOnlyList<string>? arguments = null
) : IAgentOutputParser
{
    // Kinds of events that do not affect the outcome.
    private static readonly HashSet<string> Passed =
    [
        "auth_status",
        "control_cancel_request",
        "control_request",
        "control_response",
        "keep_alive",
        "prompt_suggestion",
        "stream_event",
        "tool_progress",
        "tool_use_summary",
    ];

    private readonly UnknownEventKinds _unknown = new();
    private const int ErrorTextLimit = 2000;
    private readonly ClaudeUsageLedger _ledger = new();
    private readonly ClaudeToolCallCounter _tools = new();
    private readonly List<PermissionDenial> _denials = [];
    private string? _sessionId;
    private readonly HashSet<string> _messageIds = [];
    private UsageWindows? _windows;
    private AgentApiErrorEvent? _apiError;
    private bool _hasOwnKey;
    private bool _isForeign;
    private ClaudeResult? _result;
    private readonly AnswerCollector _said = new(wantsAnswer);
    private int _turns;

    public bool HasResult => _result is not null;

    public string? Refusal { get; private set; }

    /// <summary>Usage so far. The stream contains no final counts before the result, so until then the counts are read from the
    /// conversation file.</summary>
    public AgentUsage UsageSoFar => HasResult ? _ledger.Usage : LostUsage();

    public IReadOnlyList<AgentEvent> Read(ReadOnlySpan<byte> line)
    {
        var text = LenientJson.Line(line);
        if (text.Length == 0)
        {
            return [];
        }
        try
        {
            using var document = JsonDocument.Parse(text);
            var root = document.RootElement;
            var parent = root.Text("parent_tool_use_id");
            return [.. Dispatch(root).Select(found => parent is null ? found : found with { ParentToolUseId = parent })];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The line is truncated or contains invalid escapes. It is ignored, because the result determines the outcome.
            return [];
        }
    }

    public AgentOutcome Complete(int? exitCode, string errorText)
    {
        (var failure, var detail) = Judge(exitCode, errorText);
        return new AgentOutcome
        {
            Failure = failure,
            Detail = detail,
            Windows = _windows,
            ExitCode = exitCode,
            SessionId = _sessionId,
            Turns = _turns,
            Usage = HasResult ? _ledger.Usage : LostUsage(),
            IsUsageComplete = HasResult,
            FinalText = _result is { IsError: false } ? _result.Text : "",
            Answer = wantsAnswer ? _result?.Answer ?? _said.Text : null,
            Denials = [.. _denials],
            Tools = new Dictionary<string, int>(_tools.Counts),
            SubAgents = _tools.SubAgents,
            Notices = failure == AgentFailure.None && _unknown.Any ? [UnknownEvents()] : [],
        };
    }

    private AgentUsage LostUsage() =>
        _sessionId is not null && findSessionFile(_sessionId) is { } file ? ClaudeSessionUsage.Read(file, _messageIds) : AgentUsage.None;

    private (AgentFailure Failure, string Detail) Judge(int? exitCode, string errorText)
    {
        // After being stopped for the refusal, the program may still print a result that only reports the interruption.
        if (Refusal is not null && (_isForeign || _result is not { IsError: false, Subtype: "success" }))
        {
            return (AgentFailure.Account, Refusal);
        }
        if (_result is null)
        {
            return Silent(exitCode, errorText);
        }
        if (_result is { IsError: false, Subtype: "success" } && exitCode is null or 0)
        {
            return (AgentFailure.None, "");
        }
        var text = _result.Text.Length > 0 ? _result.Text : errorText;
        var failure =
            _result.IsError || _result.Subtype != "success"
                ? ClaudeFailureClassifier.OfResult(_result, _apiError, text)
                : AgentFailure.GaveUp;
        var cause =
            ClaudeFailureClassifier.IsLoginRefused(_apiError?.Kind, _result.ApiStatus ?? _apiError?.Status) ? $"{NotAccepted()} {Cut(text)}"
            : text.Length > 0 ? Cut(text)
            : "The Claude CLI did not report a cause.";
        var how = _result.Subtype == "success" ? "an error" : _result.Subtype;
        return (failure, $"{cause.TrimEnd()} (The Claude CLI ended with {how}, exit code {exitCode?.ToString() ?? "unknown"}.)");
    }

    private (AgentFailure Failure, string Detail) Silent(int? exitCode, string errorText)
    {
        var said = errorText.Length > 0 ? errorText : "The Claude CLI printed nothing to stderr.";
        var failure = ClaudeFailureClassifier.OfSilentExit(exitCode, errorText);
        // A known reason for the failure takes precedence over a guess.
        var isUnexplained = _sessionId is null && exitCode is not null && (failure is AgentFailure.Account or AgentFailure.GaveUp);
        if (isUnexplained && exitCode != 0 && UnrecognizedArguments.Find(arguments ?? [], errorText) is [_, ..] refused)
        {
            return (
                AgentFailure.Account,
                $"The Claude CLI does not recognize {string.Join(", ", refused)} (exit code {exitCode}). "
                    + $"{TestedVersionAdvice()} {Cut(said)}"
            );
        }
        if (isUnexplained && _unknown.Any)
        {
            return (
                AgentFailure.Account,
                $"{UnknownEvents()} It ended without a result of a known kind (exit code {exitCode}). {TestedVersionAdvice()} {Cut(said)}"
            );
        }
        return (failure, $"The Claude CLI ended without a result (exit code {exitCode?.ToString() ?? "unknown"}). {Cut(said)}");
    }

    private string UnknownEvents() => $"The Claude CLI printed events of unknown kinds: {_unknown}.";

    private static string TestedVersionAdvice() =>
        $"orchestrate has been tested with Claude Code up to version {ClaudeCliOptions.NewestTriedVersion}; install that version.";

    private string NotAccepted() => _hasOwnKey ? "The service rejected the API key." : "The service rejected the login.";

    /// <summary>
    /// Returns the id of the conversation to be continued, or the given id if a new conversation starts. Rejects any conversation other
    /// than the one to be continued, because it would contain another task's work.
    /// </summary>
    private string OwnOf(string session)
    {
        if (continues is null || continues == session)
        {
            return session;
        }
        _isForeign = true;
        Refusal ??= $"The Claude CLI was started to continue the conversation {continues}, but it continued {Cut(session)}.";
        return continues;
    }

    /// <summary>
    /// Detects refused credentials, because the program would otherwise keep retrying for minutes. A refused API key is detected at once. A
    /// refused login is detected only at the second refusal, because the program may renew the login after the first one.
    /// </summary>
    private AgentApiRetryEvent DetectRefusedCredentials(AgentApiRetryEvent retry)
    {
        if (ClaudeFailureClassifier.IsLoginRefused(retry.Kind, retry.Status) && (_hasOwnKey || retry.Attempt > 1))
        {
            Refusal = $"{NotAccepted()} (HTTP {retry.Status?.ToString() ?? "?"}, {retry.Kind})";
        }
        return retry;
    }

    private IEnumerable<AgentEvent> Dispatch(JsonElement root) =>
        root.Text("type") switch
        {
            "system" => ReadSystem(root),
            "assistant" => ReadAssistant(root),
            "user" => ReadToolResults(root),
            "rate_limit_event" => ReadRateLimit(root),
            "result" => ReadResult(root),
            { } kind when !Passed.Contains(kind) => NoteUnknown(kind),
            _ => [],
        };

    private IEnumerable<AgentEvent> NoteUnknown(string kind)
    {
        _unknown.Add(kind);
        return [];
    }

    private IEnumerable<AgentEvent> ReadSystem(JsonElement root)
    {
        switch (root.Text("subtype"))
        {
            case "init" when root.Text("session_id") is { Length: > 0 } session:
                // The end of a background task starts another turn with another init event, so the session is reported only once.
                var isNew = _sessionId is null;
                _sessionId = session = OwnOf(session);
                _hasOwnKey = root.Text("apiKeySource") is not (null or "" or "none");
                return isNew
                    ?
                    [
                        new AgentSessionStartedEvent(session, root.Text("model"), root.Text("claude_code_version"))
                        {
                            Tools = root.Texts("tools"),
                            Agents = root.Texts("agents"),
                            McpServers = root.Items("mcp_servers")
                                .DistinctBy(server => server.Text("name") ?? "")
                                .ToDictionary(server => server.Text("name") ?? "", server => server.Text("status") ?? "unknown"),
                        },
                    ]
                    : [];
            case "api_retry":
                return
                [
                    DetectRefusedCredentials(
                        new AgentApiRetryEvent(
                            (int)(root.Number("attempt") ?? 0),
                            (int)(root.Number("max_retries") ?? 0),
                            TimeSpan.FromMilliseconds(root.Fraction("retry_delay_ms") ?? 0),
                            (int?)root.Number("error_status"),
                            root.Text("error") ?? "unknown"
                        )
                    ),
                ];
            default:
                return [];
        }
    }

    private IEnumerable<AgentEvent> ReadAssistant(JsonElement root)
    {
        if (root.Get("message") is not { } message)
        {
            yield break;
        }
        if (root.Text("error") is { } error)
        {
            _apiError = new AgentApiErrorEvent(error, (int?)root.Number("api_error_status"), Cut(message.ContentText()));
            yield return _apiError;
            yield break;
        }

        // An answer arrives in several lines with the same id, each with the counts from its beginning.
        var isNew = message.Text("id") is { } id && _messageIds.Add(id);
        if (isNew && root.Text("parent_tool_use_id") is null && message.Get("usage") is { } usage)
        {
            yield return new AgentContextSizeEvent(
                (usage.Number("input_tokens") ?? 0)
                    + (usage.Number("cache_read_input_tokens") ?? 0)
                    + (usage.Number("cache_creation_input_tokens") ?? 0)
            );
        }
        foreach (var block in message.Items("content"))
        {
            if (block.Text("type") == "text" && block.Text("text") is { Length: > 0 } text)
            {
                _said.Add(text);
                yield return new AgentTextEvent(text);
            }
            else if (block.Text("type") == "tool_use" && block.Text("id") is { } call && block.Text("name") is { } tool)
            {
                var input = block.Get("input") ?? default;
                _tools.Add(call, tool, input);
                yield return new AgentToolCallEvent(call, tool, ClaudeToolCallCounter.Subject(input));
            }
        }
    }

    private IEnumerable<AgentEvent> ReadToolResults(JsonElement root)
    {
        if (root.Get("message") is not { } message)
        {
            yield break;
        }
        foreach (var block in message.Items("content"))
        {
            if (block.Text("type") == "tool_result" && block.IsTrue("is_error") && block.Text("tool_use_id") is { } call)
            {
                _tools.Fail(call);
                yield return new AgentToolErrorEvent(call, Cut(block.ContentText()));
            }
        }
    }

    private IEnumerable<AgentEvent> ReadRateLimit(JsonElement root)
    {
        if (root.Get("rate_limit_info") is not { } info)
        {
            return [];
        }
        _windows = ClaudeUsageWindowParser.OfEvent(info);
        return [new AgentUsageWindowsEvent(_windows)];
    }

    private IEnumerable<AgentEvent> ReadResult(JsonElement root)
    {
        _ledger.Add(root);
        _turns = Math.Max(_turns, (int)(root.Number("num_turns") ?? 0));
        _sessionId ??= root.Text("session_id");
        _denials.AddRange(
            root.Items("permission_denials")
                .Select(denial => new PermissionDenial(
                    denial.Text("tool_name") ?? "unknown",
                    ClaudeToolCallCounter.Subject(denial.Get("tool_input") ?? default)
                ))
        );
        _result = ClaudeResult.Read(root);
        return [new AgentResultEvent(_result.IsError, _result.Text, _turns, root.Money("total_cost_usd") ?? 0)];
    }

    private static string Cut(string text) => text.Length <= ErrorTextLimit ? text : text[..ErrorTextLimit] + "…";
}
