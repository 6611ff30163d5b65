using System.Diagnostics;

namespace Orchestrator.FakeAgent.Habits;

/// <summary>Calls the real <c>git</c> as an agent does. Errors of git are printed and otherwise ignored, as a model would.</summary>
internal static class AgentGit
{
    /// <summary>True if the process runs in a task's worktree, false in the user's own checkout, where a planner may run.</summary>
    internal static bool IsInTasksWorktree() =>
        AgentScript.Task.Length > 0
        && TryRead(out var folder, "rev-parse", "--absolute-git-dir")
        && TryRead(out var common, "rev-parse", "--path-format=absolute", "--git-common-dir")
        && folder != common;

    /// <summary>Calls git.</summary>
    /// <returns>True if git succeeded.</returns>
    internal static bool Try(params string[] arguments) => Call(arguments, null, out _) == 0;

    /// <summary>Calls git and returns its output without the last line end.</summary>
    internal static string Read(params string[] arguments) => TryRead(out var text, arguments) ? text : "";

    /// <summary>Adds and commits all changes.</summary>
    /// <returns>True if there were changes and git committed them.</returns>
    internal static bool Commit(string message) => Try("add", "--all") && Try("commit", "--quiet", "--message", message);

    /// <summary>Calls git with additional environment variables, such as an editor.</summary>
    internal static bool TryWith(IReadOnlyDictionary<string, string> environment, params string[] arguments) =>
        Call(arguments, environment, out _) == 0;

    /// <summary>Starts git without waiting for its end.</summary>
    internal static Process Start(IReadOnlyDictionary<string, string>? environment, params string[] arguments) =>
        Process.Start(Describe(arguments, environment))!;

    private static bool TryRead(out string text, params string[] arguments) => Call(arguments, null, out text) == 0;

    private static int Call(string[] arguments, IReadOnlyDictionary<string, string>? environment, out string text)
    {
        using var git = Start(environment, arguments);
        var error = git.StandardError.ReadToEndAsync();
        text = git.StandardOutput.ReadToEnd().TrimEnd('\n');
        git.WaitForExit();
        if (git.ExitCode != 0)
        {
            Console.Error.WriteLine($"git {string.Join(' ', arguments)}: exit code {git.ExitCode}: {error.Result.Trim()}");
        }

        return git.ExitCode;
    }

    private static ProcessStartInfo Describe(string[] arguments, IReadOnlyDictionary<string, string>? environment)
    {
        ProcessStartInfo start = new("git", arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var role in (string[])["AUTHOR", "COMMITTER"])
        {
            start.Environment.TryAdd($"GIT_{role}_EMAIL", "agent@localhost");
            start.Environment.TryAdd($"GIT_{role}_NAME", "Agent");
        }

        foreach ((var name, var value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        return start;
    }
}
