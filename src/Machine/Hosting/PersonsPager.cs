namespace Orchestrator.Machine.Hosting;

/// <summary>The pager that a person reads git's output with.</summary>
public static class PersonsPager
{
    /// <summary>Shows lines in it until the person leaves it.</summary>
    /// <param name="lines">What is shown, with its colours.</param>
    /// <param name="environment">Variables: <c>GIT_PAGER</c>, then git's own settings of the person, then <c>PAGER</c>, then
    /// <c>less</c>.</param>
    /// <returns>False: there is none, or the person wants none.</returns>
    public static async Task<bool> TryShowAsync(IAsyncEnumerable<string> lines, IReadOnlyDictionary<string, string> environment)
    {
        var pager = environment.GetValueOrDefault("GIT_PAGER") ?? await OfGitAsync() ?? environment.GetValueOrDefault("PAGER") ?? "less";
        if (pager.Trim() is "" or "cat")
        {
            return false;
        }
        try
        {
            await ForegroundProgram.RunAsync(
                pager,
                [],
                "/",
                environment.ContainsKey("LESS") ? null : new Dictionary<string, string> { ["LESS"] = "FRX" },
                lines
            );
            return true;
        }
        catch (ProcessStartException)
        {
            return false;
        }
    }

    // Asked outside of any repository: a repository's own settings name no program that we start.
    private static async Task<string?> OfGitAsync()
    {
        var said = await new ProcessRunner().RunAsync(
            new ProcessCommand("git", ["config", "--get", "core.pager"]) { WorkingDirectory = "/" }
        );
        return said.Succeeded && said.StandardOutput.Text.Trim() is { Length: > 0 } pager ? pager : null;
    }
}
