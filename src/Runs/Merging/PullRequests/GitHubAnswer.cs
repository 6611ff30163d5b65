namespace Orchestrator.Runs.Merging.PullRequests;

/// <summary>Outcome of a call of <c>gh</c>.</summary>
public enum GitHubOutcome
{
    /// <summary>The server responded successfully.</summary>
    Done,

    /// <summary>The program is not in <c>PATH</c>.</summary>
    NoProgram,

    /// <summary>No user is logged in, or the login has expired.</summary>
    LoggedOut,

    /// <summary>The server accepts no requests for some time.</summary>
    RateLimited,

    /// <summary>The server did not respond, or had an internal error.</summary>
    Unavailable,

    /// <summary>The call was rejected for another reason.</summary>
    Refused,
}

/// <summary>Response of <c>gh</c>.</summary>
/// <param name="Outcome">Outcome of the call.</param>
/// <param name="Text">Standard output, which is untrusted text from a server.</param>
/// <param name="Why">The error message of the program, or empty if the call succeeded.</param>
internal sealed record GitHubAnswer(GitHubOutcome Outcome, string Text, string Why)
{
    /// <summary>Creates the response of a finished call.</summary>
    /// <param name="result">Result of the program.</param>
    /// <param name="why">Error message in one line.</param>
    public static GitHubAnswer Of(ProcessResult result, string why) =>
        result.Succeeded
            ? new GitHubAnswer(GitHubOutcome.Done, result.StandardOutput.Text, "")
            : new GitHubAnswer(OutcomeOf(result), result.StandardOutput.Text, why);

    // A specific exit code is used if there is one. Otherwise the HTTP status in the error message is the only indication.
    private static GitHubOutcome OutcomeOf(ProcessResult result)
    {
        const int NeedsLogin = 4;
        var said = result.StandardError.Text;
        return result.ExitCode == NeedsLogin || Says("HTTP 401") || Says("gh auth login") ? GitHubOutcome.LoggedOut
            : Says("rate limit") || Says("HTTP 429") ? GitHubOutcome.RateLimited
            : result.TimedOut
            || Says("HTTP 500")
            || Says("HTTP 502")
            || Says("HTTP 503")
            || Says("HTTP 504")
            || Says("status code: 50")
            || Says("error connecting to")
            || Says("connection reset")
                ? GitHubOutcome.Unavailable
            : GitHubOutcome.Refused;

        bool Says(string text) => said.Contains(text, StringComparison.OrdinalIgnoreCase);
    }
}
