namespace Orchestrator.Runs.Merging.Landing;

/// <summary>
/// Lands a run as a draft pull request through the <c>gh</c> program. It pushes staging, and opens the pull request unless one already
/// exists.
/// </summary>
public static class PullRequest
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);
    private static readonly string[] WithoutHooks = ["-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false"];

    /// <summary>Checks, before any paid agent starts, whether a pull request could be opened later.</summary>
    /// <param name="staging">Name of the run's branch that will be pushed.</param>
    /// <param name="commit">Commit for a dry run of the push, which changes nothing on the server.</param>
    /// <param name="services">Dependencies of the run's steps.</param>
    /// <returns>Sentence with the problem and its remedy, and true if a user may start the run anyway. Null if there is no
    /// obstacle.</returns>
    public static async Task<(string Problem, bool MayBegin)?> FindObstacleAsync(
        GitRepository repository,
        string staging,
        string commit,
        RunServiceBundle services,
        CancellationToken stop
    )
    {
        if (ProgramLocator.Find("gh", services.Environment.GetValueOrDefault("PATH"), repository.MainCheckout!) is null)
        {
            return (
                "A pull request (git.land: pr) needs the program gh (https://cli.github.com), which is not in PATH. Install it.",
                false
            );
        }
        var runner = new ProcessRunner(services.Time);
        var pushed = await runner.RunAsync(
            await CommandAsync("git", repository, [.. WithoutHooks, "push", "--dry-run", "origin", $"{commit}:refs/heads/{staging}"]),
            stop
        );
        return pushed.Succeeded
            ? null
            : (
                $"Pushing to origin fails now, so the run could not open a pull request at its end ({FaultOf(pushed)}). Fix this, or "
                    + "accept it with "
                    + "yes (--yes).",
                true
            );
    }

    public static async Task<LandResult> OpenAsync(
        RunPlanAndSettings files,
        GitRepository repository,
        LandInput input,
        string tip,
        RunServiceBundle services,
        CancellationToken stop
    )
    {
        var runner = new ProcessRunner(services.Time);
        var gh = ProgramLocator.Find("gh", services.Environment.GetValueOrDefault("PATH"), repository.MainCheckout!);
        if (gh is null)
        {
            return new LandResult
            {
                Message =
                    "A pull request needs the program gh (https://cli.github.com), which is not in PATH. Install it, then: "
                    + $"{RunLandingExecutor.Command(input)}. Or merge {input.Staging} yourself and end the run: orchestrate cancel "
                    + $"{input.RunId}",
            };
        }
        var pushed = await PushAsync(runner, repository, tip, input.Staging, stop);
        if (!pushed.Succeeded)
        {
            return new LandResult
            {
                Message = $"{input.Staging} could not be pushed ({FaultOf(pushed)}). Fix this, then: {RunLandingExecutor.Command(input)}",
            };
        }
        var shown = await runner.RunAsync(
            await CommandAsync(gh, repository, "pr", "view", input.Staging, "--json", "url", "--jq", ".url"),
            stop
        );
        if (!shown.Succeeded)
        {
            shown = await runner.RunAsync(await CommandAsync(gh, repository, CreateArguments(files, input)), stop);
        }
        return shown.Succeeded
            ? new LandResult
            {
                Landed = true,
                Commit = tip,
                Branch = input.Staging,
                Message = $"Draft pull request: {shown.StandardOutput.Text.Trim()}",
            }
            : new LandResult
            {
                Message =
                    $"gh could not open the pull request ({FaultOf(shown)}). {input.Staging} is pushed. Fix this, then: "
                    + $"{RunLandingExecutor.Command(input)}",
            };
    }

    private static string[] CreateArguments(RunPlanAndSettings files, LandInput input)
    {
        var body = new EscapingMarkdownBuilder();
        foreach (var task in files.Plan.Tasks)
        {
            body.Append($"- {task.Id}: {task.Description.Split('\n', 2)[0]}\n");
        }
        var title = files.Plan.Request?.Split('\n', 2)[0] is { Length: > 0 } request ? new UntrustedText(request).Line : files.Folder.Name;
        return
        [
            .. (string[])["pr", "create", "--draft", "--base", input.Target, "--head", input.Staging],
            .. (string[])["--title", PullRequestBodyFileWriter.Title(title)],
            .. (string[])["--body-file", PullRequestBodyFileWriter.Write(files.Folder, null, body.ToString(), "")],
        ];
    }

    /// <summary>Describes the failure of a program in one line, with its exit code and error output.</summary>
    public static string FaultOf(ProcessResult result)
    {
        var said = string.Join(
                "; ",
                result.StandardError.Text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            )
            .TrimEnd('.');
        var how = result.TimedOut ? $"not done after {Plural.Of((int)Limit.TotalMinutes, "minute")}" : $"exit code {result.ExitCode}";
        return said.Length > 0 ? $"{how}: {said}" : how;
    }

    /// <summary>
    /// Pushes a branch without running the repository's hooks. Git LFS objects, which a hook would upload, are uploaded explicitly.
    /// </summary>
    public static async Task<ProcessResult> PushAsync(
        ProcessRunner runner,
        GitRepository repository,
        string tip,
        string staging,
        CancellationToken stop
    )
    {
        if (GitLfsFileReader.Exist(repository))
        {
            var uploaded = await runner.RunAsync(
                await CommandAsync("git", repository, [.. WithoutHooks, "lfs", "push", "origin", staging]),
                stop
            );
            if (!uploaded.Succeeded)
            {
                return uploaded;
            }
        }
        return await runner.RunAsync(
            await CommandAsync("git", repository, [.. WithoutHooks, "push", "origin", $"{tip}:refs/heads/{staging}"]),
            stop
        );
    }

    // git runs without a terminal, because a password prompt would block the run and overwrite its status table.
    public static async Task<ChildProcessOptions> CommandAsync(string program, GitRepository repository, params string[] arguments) =>
        new(program, arguments)
        {
            WorkingDirectory = repository.MainCheckout!,
            Environment = new Dictionary<string, string?>(await repository.VariablesAsync())
            {
                ["GIT_TERMINAL_PROMPT"] = "0",
                ["GH_PROMPT_DISABLED"] = "1",
            },
            Timeout = Limit,
            OwnSession = true,
        };
}
