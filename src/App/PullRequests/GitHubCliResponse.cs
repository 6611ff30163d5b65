namespace Orchestrator.App.PullRequests;

/// <summary>Outcome of a call to the <c>gh</c> program.</summary>
public enum GitHubCliCallOutcome
{
    /// <summary>The server accepted the request.</summary>
    Done,

    /// <summary>The <c>gh</c> program is not in <c>PATH</c>.</summary>
    NoProgram,

    /// <summary>The user is not logged in, or the login has expired.</summary>
    LoggedOut,

    /// <summary>The server rejects all requests until its rate limit is reset.</summary>
    RateLimited,

    /// <summary>The server did not respond or reported an internal error.</summary>
    Unavailable,

    /// <summary>The request was rejected for another reason.</summary>
    Refused,
}

/// <summary>The response to a call of the <c>gh</c> program.</summary>
/// <param name="Outcome">Outcome of the call.</param>
/// <param name="Text">Standard output, which is untrusted text from the server.</param>
/// <param name="Why">Error message of the program, or empty if the call succeeded.</param>
internal sealed record GitHubCliResponse(GitHubCliCallOutcome Outcome, string Text, string Why)
{
    /// <summary>Creates the response from the result of the <c>gh</c> process.</summary>
    /// <param name="result">Result of the program.</param>
    /// <param name="why">Error message in one line.</param>
    public static GitHubCliResponse Of(ProcessResult result, string why) =>
        result.Succeeded
            ? new GitHubCliResponse(GitHubCliCallOutcome.Done, result.StandardOutput.Text, "")
            : new GitHubCliResponse(OutcomeOf(result), result.StandardOutput.Text, why);

    // The exit code is specific for some errors. For the others, only the HTTP status in the error message shows the cause.
    private static GitHubCliCallOutcome OutcomeOf(ProcessResult result)
    {
        const int NeedsLogin = 4;
        var said = result.StandardError.Text;
        return result.ExitCode == NeedsLogin || Says("HTTP 401") || Says("gh auth login") ? GitHubCliCallOutcome.LoggedOut
            : Says("rate limit") || Says("HTTP 429") ? GitHubCliCallOutcome.RateLimited
            : result.TimedOut
            || Says("HTTP 500")
            || Says("HTTP 502")
            || Says("HTTP 503")
            || Says("HTTP 504")
            || Says("status code: 50")
            || Says("error connecting to")
            || Says("connection reset")
                ? GitHubCliCallOutcome.Unavailable
            : GitHubCliCallOutcome.Refused;

        bool Says(string text) => said.Contains(text, StringComparison.OrdinalIgnoreCase);
    }
}
