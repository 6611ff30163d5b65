namespace Orchestrator.App.Programs;

/// <summary>Shows output in the pager that the user has configured for git.</summary>
public static class UserPager
{
    /// <summary>
    /// Shows lines in the pager until the user quits it. Returns false if the user has disabled paging or the pager can't be started.
    /// </summary>
    /// <param name="lines">Lines to show, with their colors.</param>
    /// <param name="environment">Environment variables. The pager is <c>GIT_PAGER</c>, then the user's git setting, then <c>PAGER</c>,
    /// then <c>less</c>.</param>
    /// <returns>False if there is no pager or the user disabled it.</returns>
    public static async Task<bool> TryShowAsync(IAsyncEnumerable<string> lines, IReadOnlyDictionary<string, string> environment)
    {
        var pager = environment.GetValueOrDefault("GIT_PAGER") ?? await OfGitAsync() ?? environment.GetValueOrDefault("PAGER") ?? "less";
        if (pager.Trim() is "" or "cat")
        {
            return false;
        }
        try
        {
            await InteractiveProgramRunner.RunAsync(
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

    // The setting is read outside any repository, because the settings of a repository must not choose a program to run.
    private static async Task<string?> OfGitAsync()
    {
        var said = await new ProcessRunner().RunAsync(
            new ChildProcessOptions("git", ["config", "--get", "core.pager"]) { WorkingDirectory = "/" }
        );
        return said.Succeeded && said.StandardOutput.Text.Trim() is { Length: > 0 } pager ? pager : null;
    }
}
