using System.Globalization;
using System.Text;
using Orchestrator.Agents.Descriptions;
using Orchestrator.Agents.Unknowns;

namespace Orchestrator.Agents.Described;

/// <summary>
/// Parses the output of a program whose agent description declares one JSON object per line. Other lines, such as warnings and progress,
/// are ignored. Unknown events are recorded because they may explain why the program ended without a result.
/// </summary>
/// <param name="call">Parameters of the agent run.</param>
/// <param name="counts">Usage counts of the conversation's agent runs.</param>
/// <param name="time">Clock, used for limits that end after a duration such as "in 5 hours".</param>
internal sealed class DescribedAgentJsonParser(DescribedAgentParserOptions call, ConversationUsageStore counts, TimeProvider time)
    : IAgentOutputParser
{
    private const int TextLimit = 2000;
    private const int EssenceLimit = 400;
    private readonly AgentStreamDescription _stream = call.Description.Stream!;
    private readonly AgentFailureMessageClassifier _failures = new(call.Description);
    private readonly DescribedAgentUsageCounter _usage = new(call.Description.Stream!.UsageOf);
    private readonly AnswerCollector _said = new(call.WantsAnswer);
    private readonly SortedDictionary<string, int> _tools = new(StringComparer.Ordinal);
    private readonly HashSet<string> _calls = [];
    private readonly UnknownEventKinds _unknown = new();
    private readonly StringBuilder _pieces = new();
    private string _noise = "";
    private string _lastText = "";
    private string _lastError = "";
    private string? _sessionId;
    private string? _model;
    private AgentEndKind _end;
    private int _turns;
    private int _refusedRetries;
    private bool _hasBegun;

    public bool HasResult => _end != AgentEndKind.None;

    public string? Refusal { get; private set; }

    public AgentUsage UsageSoFar => Usage();

    public IReadOnlyList<AgentEvent> Read(ReadOnlySpan<byte> line)
    {
        // Decoded as text first, because JSON with invalid UTF-8 or terminal escape sequences could not be parsed.
        var text = LenientJson.Line(line);
        if (text.Length == 0)
        {
            return [];
        }
        try
        {
            if (text[0] == '{')
            {
                using var document = JsonDocument.Parse(text);
                return [.. Dispatch(document.RootElement)];
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The line is truncated or contains invalid escapes. It is ignored, because the result determines the outcome.
        }
        _noise = Cut(text);
        return [];
    }

    public AgentOutcome Complete(int? exitCode, string errorText)
    {
        (var failure, var detail) = Judge(exitCode, errorText);
        var last = LastText();
        if (_usage.IsKnown && _sessionId is { } session)
        {
            counts.Keep(session, _usage.LastPrinted);
        }
        return new AgentOutcome
        {
            Failure = failure,
            Detail = detail,
            ResetsAt = _failures.ResetOf(detail, failure, time),
            ExitCode = exitCode,
            SessionId = _sessionId,
            Turns = _turns,
            Usage = Usage(),
            IsUsageComplete = HasResult && _usage.IsKnown,
            FinalText = _end == AgentEndKind.Done ? last : "",
            Answer = call.WantsAnswer ? Answer(last) : null,
            Tools = new Dictionary<string, int>(_tools),
            Notices = _unknown.Any && failure == AgentFailure.None ? [UnknownEvents()] : [],
        };
    }

    private IEnumerable<AgentEvent> Dispatch(JsonElement root)
    {
        if (root.TextAt(_stream.Kind) is not { } kind)
        {
            _noise = Cut(root.GetRawText());
            yield break;
        }
        var isKnown = false;
        if (!_stream.Events.Any(rule => rule.TextPiece is not null && rule.Applies(kind, root)))
        {
            FinishPieces();
        }
        foreach (var rule in _stream.Events.Where(rule => rule.On == kind))
        {
            isKnown = true;
            if (!rule.Applies(kind, root))
            {
                continue;
            }
            foreach (var found in Apply(rule, root))
            {
                yield return found;
            }
        }
        _hasBegun |= isKnown;
        if (!isKnown)
        {
            _unknown.Add(kind);
        }
    }

    private IEnumerable<AgentEvent> Apply(AgentEventParsingRule rule, JsonElement root)
    {
        _model = root.TextAt(rule.Model) ?? _model;
        if (root.TextAt(rule.Session) is { Length: > 0 } session && AcceptSession(session) is { } started)
        {
            yield return started;
        }
        if (root.TextAt(rule.Text) is { Length: > 0 } text)
        {
            _lastText = Cut(text);
            _said.Add(text);
            yield return new AgentTextEvent(text);
        }
        if (root.TextAt(rule.TextPiece) is { Length: > 0 } piece)
        {
            _pieces.Append(piece, 0, Math.Min(piece.Length, Math.Max(0, AnswerCollector.Limit - _pieces.Length)));
            yield return new AgentTextEvent(piece);
        }
        if (rule.Tool is { } tool && root.TextAt(tool.Name) is { Length: > 0 } name)
        {
            var id = root.TextAt(tool.Id) ?? $"call-{_calls.Count}";
            if (_calls.Add(id))
            {
                _tools[CleanName(name)] = _tools.GetValueOrDefault(CleanName(name)) + 1;
                yield return new AgentToolCallEvent(
                    id,
                    CleanName(name),
                    Line(tool.Subject.Select(path => root.TextAt(path)).FirstOrDefault(subject => subject is { Length: > 0 }) ?? "")
                );
            }
        }
        if (root.TextAt(rule.ToolError) is { } toolError)
        {
            yield return new AgentToolErrorEvent(rule.Tool is { Id: { } idPath } ? root.TextAt(idPath) ?? "" : "", Cut(toolError));
        }
        if (rule.Usage is { } usage)
        {
            _usage.Add(PrintedTokensAndCost.Read(usage, root));
        }
        foreach (var found in ApplyErrors(rule, root))
        {
            yield return found;
        }
        if (rule.End != AgentEndKind.None)
        {
            // A program that continues to work may print several end events. The last one counts.
            _end = rule.End;
            _turns++;
            yield return new AgentResultEvent(
                rule.End == AgentEndKind.Failed,
                rule.End == AgentEndKind.Failed ? _lastError : LastText(),
                _turns,
                Usage().CostUsd
            );
        }
    }

    private IEnumerable<AgentEvent> ApplyErrors(AgentEventParsingRule rule, JsonElement root)
    {
        if (root.TextAt(rule.Retry) is { } retry)
        {
            _lastError = Cut(retry);
            // The program retries after every error, although a login that is refused twice stays refused.
            if (_failures.Find(retry) is { Is: AgentFailureKind.Account } && ++_refusedRetries > 1)
            {
                Refusal ??= _lastError;
            }
            yield return new AgentApiRetryEvent(0, 0, TimeSpan.Zero, null, Line(retry));
        }
        if (root.TextAt(rule.Error) is { } error)
        {
            _lastError = Cut(error);
            yield return new AgentApiErrorEvent(call.Name, null, _lastError);
        }
    }

    /// <summary>
    /// Reports the conversation's id when it first appears. Rejects any conversation other than the one to be continued, because it would
    /// contain another task's work.
    /// </summary>
    private AgentSessionStartedEvent? AcceptSession(string session)
    {
        if (_sessionId is not null)
        {
            return null;
        }
        _sessionId = session;
        if (call.Continues is { } wanted && wanted != session)
        {
            _sessionId = wanted;
            Refusal ??=
                $"The agent program was started to continue the conversation {CleanName(wanted)}, but it continued {CleanName(session)}.";
        }
        return new AgentSessionStartedEvent(_sessionId, _model ?? call.Model, null);
    }

    private (AgentFailure Failure, string Detail) Judge(int? exitCode, string errorText)
    {
        var errors = LenientJson.WithoutEscapes(errorText).Trim();
        if (Refusal is not null && _end != AgentEndKind.Done)
        {
            return (AgentFailure.Account, Refusal);
        }
        if (Refusal is not null && call.Continues is not null && _refusedRetries == 0)
        {
            return (AgentFailure.Account, Refusal);
        }
        switch (_end)
        {
            case AgentEndKind.Done when exitCode is null or 0:
                return (AgentFailure.None, "");
            case AgentEndKind.Done:
                return (
                    _failures.Find(errors) is null ? AgentFailure.GaveUp : _failures.OfMessage(errors, exitCode),
                    $"Agent '{call.Name}' reported that it was done, but ended with exit code {exitCode}. {Ending(errors)}"
                );
            case AgentEndKind.Failed:
                var message = _lastError.Length > 0 ? _lastError : errors;
                return (
                    _failures.OfMessage(message, exitCode),
                    $"{(message.Length > 0 ? Cut(message) : "It reported no cause.")} (Agent '{call.Name}' ended with an error, exit code "
                        + $"{Text(exitCode)}.)"
                );
            default:
                return Silent(exitCode, errors);
        }
    }

    private (AgentFailure Failure, string Detail) Silent(int? exitCode, string errors)
    {
        var refused = _hasBegun || exitCode is null or 0 ? [] : UnrecognizedArguments.Find(call.Arguments, errors);
        if (refused.Count > 0)
        {
            return (
                AgentFailure.Account,
                $"The program of agent '{call.Name}' does not recognize {string.Join(", ", refused)} (exit code {exitCode}). "
                    + $"{call.Versions} {Ending(errors)}"
            );
        }
        if (_unknown.Any && exitCode is not null)
        {
            return (
                AgentFailure.Account,
                $"{UnknownEvents()} It ended without a result of a known kind (exit code {exitCode}). {call.Versions} {Ending(errors)}"
            );
        }
        var said = _lastError.Length > 0 ? _lastError : errors;
        return (
            _lastError.Length > 0 && _failures.Find(_lastError) is not null
                ? _failures.OfMessage(_lastError, exitCode)
                : _failures.OfSilentEnd(exitCode, errors, _hasBegun),
            $"Agent '{call.Name}' ended without a result (exit code {Text(exitCode)}). {Ending(said)}"
        );
    }

    private string UnknownEvents() => $"The program of agent '{call.Name}' printed events of unknown kinds: {_unknown}.";

    private string Ending(string errors) =>
        errors.Length > 0 ? $"It reported: '{MostRelevantLine(errors)}'."
        : _noise.Length > 0 ? $"Its last output line is '{Line(_noise)}'."
        : LastText().Length > 0 ? $"Its last text is '{Line(LastText())}'."
        : "It printed no output.";

    private string LastText()
    {
        FinishPieces();
        return _lastText;
    }

    private void FinishPieces()
    {
        if (_pieces.Length > 0)
        {
            var text = _pieces.ToString();
            _pieces.Clear();
            _lastText = Cut(text);
            _said.Add(text);
        }
    }

    /// <summary>Returns the complete text of the agent, because the requested JSON may be anywhere in the text.</summary>
    private string? Answer(string last) => _said.Text ?? (last.Length > 0 ? last : null);

    private AgentUsage Usage()
    {
        var count = _usage.OfStart(() => counts.Before(_sessionId));
        return count == PrintedTokensAndCost.Zero
            ? AgentUsage.None
            : new AgentUsage(
                new Dictionary<string, ModelUsage>
                {
                    [call.Model ?? _model ?? call.Name] = new(count.Tokens, count.CostUsd, ContextWindow: 0),
                }
            );
    }

    private static string Text(int? exitCode) => exitCode?.ToString(CultureInfo.InvariantCulture) ?? "unknown";

    private static string Cut(string text) => text.Length <= TextLimit ? text : text[..TextLimit] + "…";

    /// <summary>Returns the first line that contains the word "error", or the last line if no line contains it.</summary>
    private static string MostRelevantLine(string text)
    {
        var lines = text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var line = lines.FirstOrDefault(line => line.Contains("error", StringComparison.OrdinalIgnoreCase)) ?? lines.LastOrDefault() ?? "";
        return line.Length <= EssenceLimit ? line : line[..EssenceLimit] + "…";
    }

    private static string Line(string text)
    {
        var end = text.AsSpan().IndexOfAny('\r', '\n');
        text = end < 0 ? text : text[..end] + " …";
        return text.Length <= 200 ? text : text[..200] + "…";
    }

    /// <summary>Truncates a name from the program's output and replaces its control characters.</summary>
    private static string CleanName(string name) => UnknownEventKinds.CleanName(name);
}
