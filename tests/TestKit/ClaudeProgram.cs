using Orchestrator.Processes;

namespace Orchestrator.TestKit;

/// <summary>
/// The pinned Claude CLI, installed once by <c>scripts/install-claude</c>, and the environment in which it talks to a scripted API only.
/// </summary>
public static class ClaudeProgram
{
    private static readonly Lazy<Task<string>> Installed = new(InstallAsync);

    /// <summary>The program's path. Installs it on first use; that needs npm and its registry.</summary>
    public static Task<string> PathAsync() => Installed.Value;

    /// <summary>A clean environment: nothing of the machine's own login, settings and sessions.</summary>
    /// <param name="home">A folder for the program's home and state.</param>
    /// <param name="apiUrl">The scripted API.</param>
    /// <param name="asSubscription">True: a login token as a subscription has it; false: an API key. Limits with reset times exist only for
    /// the former.</param>
    public static Dictionary<string, string> CreateEnvironment(string home, string apiUrl, bool asSubscription = false) =>
        new()
        {
            ["PATH"] = Environment.GetEnvironmentVariable("PATH") ?? "/usr/bin:/bin",
            ["HOME"] = home,
            ["LANG"] = "C.UTF-8",
            ["CLAUDE_CONFIG_DIR"] = System.IO.Path.Combine(home, ".claude"),
            ["ANTHROPIC_BASE_URL"] = apiUrl,
            [asSubscription ? "CLAUDE_CODE_OAUTH_TOKEN" : "ANTHROPIC_API_KEY"] = "dummy",
            // Errors are told at once instead of after three minutes of retries.
            ["CLAUDE_CODE_MAX_RETRIES"] = "1",
        };

    /// <summary>
    /// The same as changes to the environment of the tests, for a program that hands its own on: what the machine has for the CLI is taken
    /// away.
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
            new ProcessCommand(RepositoryFiles.Path("scripts/install-claude")) { Timeout = TimeSpan.FromMinutes(10) }
        );
        return result.Succeeded
            ? result.StandardOutput.Text.Trim()
            : throw new InvalidOperationException(
                $"scripts/install-claude failed with exit code {result.ExitCode}: {result.StandardError.Text}"
            );
    }
}
