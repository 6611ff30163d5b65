using Orchestrator.Processes;

namespace Orchestrator.TestKit;

/// <summary>
/// Provides the pinned Claude CLI, which <c>scripts/install-claude</c> installs once, and an environment in which it calls only a scripted
/// API.
/// </summary>
public static class ClaudeProgram
{
    private static readonly Lazy<Task<string>> Installed = new(InstallAsync);

    /// <summary>Returns the program's path. The first call installs it, which requires npm and its registry.</summary>
    public static Task<string> PathAsync() => Installed.Value;

    /// <summary>Creates a clean environment without the machine's own login, settings and sessions.</summary>
    /// <param name="home">Folder for the program's home and state.</param>
    /// <param name="apiUrl">URL of the scripted API.</param>
    /// <param name="asSubscription">True for a login token of a subscription, false for an API key. Limits with reset times exist only
    /// with a subscription.</param>
    public static Dictionary<string, string> CreateEnvironment(string home, string apiUrl, bool asSubscription = false) =>
        new()
        {
            ["PATH"] = Environment.GetEnvironmentVariable("PATH") ?? "/usr/bin:/bin",
            ["HOME"] = home,
            ["LANG"] = "C.UTF-8",
            ["CLAUDE_CONFIG_DIR"] = System.IO.Path.Combine(home, ".claude"),
            ["ANTHROPIC_BASE_URL"] = apiUrl,
            [asSubscription ? "CLAUDE_CODE_OAUTH_TOKEN" : "ANTHROPIC_API_KEY"] = "dummy",
            // Errors are reported at once instead of after three minutes of retries.
            ["CLAUDE_CODE_MAX_RETRIES"] = "1",
        };

    /// <summary>
    /// Returns the same environment as changes to that of the tests, for a program that passes its own on. Variables of the machine for
    /// the CLI are removed.
    /// </summary>
    public static Dictionary<string, string?> CreateChanges(string home, string apiUrl, bool asSubscription = false)
    {
        var changes = Environment
            .GetEnvironmentVariables()
            .Keys.Cast<string>()
            .Where(name => name.StartsWith("ANTHROPIC_", StringComparison.Ordinal) || name.StartsWith("CLAUDE", StringComparison.Ordinal))
            .ToDictionary(name => name, string? (_) => null);
        foreach ((var name, var value) in CreateEnvironment(home, apiUrl, asSubscription))
        {
            changes[name] = value;
        }

        return changes;
    }

    private static async Task<string> InstallAsync()
    {
        var result = await new ProcessRunner().RunAsync(
            new ChildProcessOptions(RepositoryFiles.Path("scripts/install-claude")) { Timeout = TimeSpan.FromMinutes(10) }
        );
        return result.Succeeded
            ? result.StandardOutput.Text.Trim()
            : throw new InvalidOperationException(
                $"scripts/install-claude failed with exit code {result.ExitCode}: {result.StandardError.Text}"
            );
    }
}
