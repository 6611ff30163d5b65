namespace Orchestrator.Runs.Merging.PullRequests;

/// <summary>The end of a call of <c>gh</c>.</summary>
public enum GitHubOutcome
{
    /// <summary>The server has answered.</summary>
    Done,

    /// <summary>The program is not in PATH.</summary>
    NoProgram,

    /// <summary>Nobody is logged in, or the login does not hold any more.</summary>
    LoggedOut,

    /// <summary>The server takes no more requests for some time.</summary>
    RateLimited,

    /// <summary>The server did not answer, or with an error of its own.</summary>
    Unavailable,

    /// <summary>The call was refused for another reason.</summary>
    Refused,
}

/// <summary>An answer of <c>gh</c>.</summary>
/// <param name="Outcome">How the call ended.</param>
/// <param name="Text">What it wrote to its standard output; of a server, so text of others.</param>
/// <param name="Why">Why it failed, of its own words; empty where it did not.</param>
internal sealed record GitHubAnswer(GitHubOutcome Outcome, string Text, string Why)
{
    /// <summary>The answer of a call that has ended.</summary>
    /// <param name="result">The ended program.</param>
    /// <param name="why">Its error in a line.</param>
    public static GitHubAnswer Of(ProcessResult result, string why) =>
        result.Succeeded
            ? new GitHubAnswer(GitHubOutcome.Done, result.StandardOutput.Text, "")
            : new GitHubAnswer(OutcomeOf(result), result.StandardOutput.Text, why);

    // By its exit code where it has one of its own, else by the status that it names: it has no other way to say it.
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
