using System.Diagnostics;
using System.Globalization;
using Orchestrator.Processes;
using Orchestrator.TestKit.Git;

namespace Orchestrator.Benchmarks.Runs;

/// <summary>The build in a task's worktree beside a warm build of the same change by hand, for projects with fifty packages in three
/// languages.</summary>
internal static class WarmBuilds
{
    private const double Most = 2;

    // The copy that the worktree got is paid for as well: it is made again and timed.
    private const string Agent = """
        cat >/dev/null
        ms() { date +%s%3N; }
        a=$(ms); cp -a MADE copied 2>/dev/null || true; b=$(ms); rm -rf copied
        echo '// changed' >>SOURCE
        c=$(ms); BUILD >/dev/null; d=$(ms)
        echo $((b - a + d - c)) >"TOOK"
        git checkout -q -- SOURCE
        echo x >t1.txt

        """;

    /// <summary>Prints the lines of a Markdown table.</summary>
    /// <param name="program">Path of <c>orchestrate</c>.</param>
    /// <param name="names">Parts of the names of projects, or empty for all of them.</param>
    internal static async Task<int> RunAsync(string program, IReadOnlyList<string> names)
    {
        var holds = true;
        var projects = WarmProject.All.Where(project =>
            names.Count == 0 || names.Any(name => project.Name.Contains(name, StringComparison.Ordinal))
        );
        foreach (var project in projects)
        {
            var path = Environment.GetEnvironmentVariable("PATH");
            if (project.Needs.FirstOrDefault(name => ProgramLocator.Find(name, path, "/") is null) is { } missing)
            {
                Console.Error.WriteLine($"warm-builds: {project.Name} is left out because {missing} is not installed.");
                continue;
            }
            if (project.HasCopy)
            {
                Print(
                    project,
                    "without what the base built",
                    await FirstBuildAsync(program, project, "worktrees: {reuse: []}\n"),
                    bar: null
                );
            }
            holds &= Print(
                project,
                project.HasCopy ? "with its copy" : "with the machine's cache",
                await FirstBuildAsync(program, project, ""),
                project.HasBar ? Most : null
            );
        }
        return holds ? 0 : 1;
    }

    private static async Task<(double Hand, double Task)> FirstBuildAsync(string program, WarmProject project, string settings)
    {
        var setUp = project.SetUp.Length > 0 ? $"worktrees: {{setup: [{project.SetUp}]}}\n" : "";
        using var files = await BenchRepository.CreateAsync(
            program,
            1,
            Agent,
            $"gates: {{task: [{{command: {project.Build}, type: build}}]}}\npermissions: {{sandbox: off}}\n{setUp}{settings}"
        );
        var (repository, took) = (files.Repository, files.Repository.Beside("took"));
        project.Write(repository);
        repository.Write(".gitignore", $"{project.Made}/\n.orchestrator/runs/\n");
        repository.Write(
            "agent.sh",
            File.ReadAllText(repository["agent.sh"])
                .Replace("MADE", project.Made, StringComparison.Ordinal)
                .Replace("SOURCE", project.Source, StringComparison.Ordinal)
                .Replace("BUILD", project.Build, StringComparison.Ordinal)
                .Replace("TOOK", took, StringComparison.Ordinal)
        );
        if (project.Prepare.Length > 0)
        {
            await ShellAsync(repository, project.Prepare);
        }
        await repository.GitAsync("add", "-A");
        await repository.GitAsync("commit", "-q", "-m", project.Name);
        await files.RunAsync("run", "--yes", "--no-progress");
        var task = double.Parse(await File.ReadAllTextAsync(took), CultureInfo.InvariantCulture);

        await ShellAsync(repository, project.SetUp.Length > 0 ? $"{project.SetUp} && {project.Build}" : project.Build);
        await File.AppendAllTextAsync(repository[project.Source], "// by hand\n");
        var watch = Stopwatch.StartNew();
        await ShellAsync(repository, project.Build);
        return (watch.Elapsed.TotalMilliseconds, task);
    }

    private static async Task ShellAsync(TemporaryRepository repository, string command)
    {
        var done = await new ProcessRunner().RunAsync(
            new ChildProcessOptions("/bin/sh", "-c", command) { WorkingDirectory = repository.Path, Timeout = TimeSpan.FromMinutes(5) }
        );
        if (!done.Succeeded)
        {
            throw new InvalidOperationException($"{command}: {done.StandardOutput.Text}{done.StandardError.Text}");
        }
    }

    private static bool Print(WarmProject project, string how, (double Hand, double Task) time, double? bar)
    {
        var ratio = time.Task / time.Hand;
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"| first build of {project.Name} in a task's worktree, {how} | warm build by hand, {time.Hand:0} ms | {time.Task:0} ms "
                    + $"| {ratio:0.0} | {(bar is { } most ? $"{most:0.0}" : "none")} |"
            )
        );
        return bar is null || ratio <= bar;
    }
}
