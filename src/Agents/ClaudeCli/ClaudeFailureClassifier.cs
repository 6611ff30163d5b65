using Orchestrator.Agents.Supervision;

namespace Orchestrator.Agents.ClaudeCli;

/// <summary>Classifies the CLI's failures. Has no side effects.</summary>
internal static class ClaudeFailureClassifier
{
    /// <summary>Value of a result's <c>api_error</c> if the account has reached a usage limit. HTTP 429 or an event with the status
    /// <c>rejected</c> does not prove that a limit was reached.</summary>
    internal const string LimitReached = "usage_limit_reached";

    /// <summary>Classifies an API error by the CLI's error name, the HTTP status and the error text.</summary>
    internal static AgentFailure OfApiError(string? kind, int? status, string text)
    {
        if (ModelApiFailureClassifier.OfText(text) is { } known)
        {
            return known;
        }
        return kind switch
        {
            "authentication_failed" or "oauth_org_not_allowed" or "billing_error" or "model_not_found" => AgentFailure.Account,
            "rate_limit" => AgentFailure.Throttled,
            "overloaded" or "server_error" => AgentFailure.Transient,
            "invalid_request" => AgentFailure.Invalid,
            "max_output_tokens" => AgentFailure.GaveUp,
            _ => ModelApiFailureClassifier.OfStatus(status),
        };
    }

    /// <summary>True if the service rejects the credentials, so every further request would be refused.</summary>
    internal static bool IsLoginRefused(string? kind, int? status) =>
        status == 401 || kind is "authentication_failed" or "oauth_org_not_allowed";

    /// <summary>Classifies the CLI's error result by its subtype and its terminal reason.</summary>
    internal static AgentFailure OfResult(ClaudeResult result, AgentApiErrorEvent? apiError, string text)
    {
        if (result.TerminalReason == "prompt_too_long")
        {
            return AgentFailure.Invalid;
        }
        return result.Subtype switch
        {
            _ when result.ApiError == LimitReached => AgentFailure.UsageLimit,
            "error_max_turns" => AgentFailure.Turns,
            "error_max_budget_usd" => AgentFailure.Money,
            "error_max_structured_output_retries" => AgentFailure.GaveUp,
            // The conversation file does not exist, so the next agent run starts a new conversation.
            "error_during_execution" when text.Contains("No conversation found", StringComparison.OrdinalIgnoreCase) =>
                AgentFailure.Transient,
            "error_during_execution" => ModelApiFailureClassifier.OfText(text) ?? AgentFailure.GaveUp,
            _ => OfApiError(apiError?.Kind, result.ApiStatus ?? apiError?.Status, text),
        };
    }

    /// <summary>Classifies an exit without a result line, based on standard error and the exit code.</summary>
    internal static AgentFailure OfSilentExit(int? exitCode, string errorText) =>
        exitCode switch
        {
            ShellExitCodes.NotExecutable or ShellExitCodes.NotFound => AgentFailure.Account,
            _ when ModelApiFailureClassifier.OfText(errorText) is { } known => known,
            _ when errorText.Contains("already in use", StringComparison.OrdinalIgnoreCase)
                    || errorText.Contains("No conversation found", StringComparison.OrdinalIgnoreCase) => AgentFailure.Transient,
            _ when errorText.Contains("exceeds 10MB", StringComparison.OrdinalIgnoreCase) => AgentFailure.Invalid,
            // With an unknown flag, a missing file or a broken binary, every task would fail the same way.
            1 or 2 => AgentFailure.Account,
            _ => AgentFailure.GaveUp,
        };
}

/// <summary>Result that the CLI prints in the last line of its stream.</summary>
internal sealed record ClaudeResult(string Subtype, bool IsError, string Text, string? TerminalReason, int? ApiStatus, string? Answer)
{
    /// <summary>
    /// The CLI's name for the error with which a request failed permanently, such as <see cref="ClaudeFailureClassifier.LimitReached"/>, or
    /// null if no request failed.
    /// </summary>
    public string? ApiError { get; init; }

    /// <summary>Parses a result line. Missing members become unknown, empty or null.</summary>
    public static ClaudeResult Read(JsonElement root) =>
        new(
            root.Text("subtype") ?? "unknown",
            root.IsTrue("is_error"),
            root.Text("result") ?? string.Join('\n', root.Texts("errors")),
            root.Text("terminal_reason"),
            (int?)root.Number("api_error_status"),
            root.Get("structured_output")?.GetRawText()
        )
        {
            ApiError = root.Text("api_error"),
        };
}
