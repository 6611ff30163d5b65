using System.Diagnostics;
using Orchestrator.Benchmarks.Runs;
using Orchestrator.Processes;
using Orchestrator.TestKit;

namespace Orchestrator.Benchmarks.Page;

/// <summary>A run whose agents are at work, and the program that serves its page.</summary>
internal sealed class ServedRun : IAsyncDisposable
{
    private readonly BenchRepository _files;
    private readonly List<Process> _processes = [];

    private ServedRun(BenchRepository files) => _files = files;

    /// <summary>The run's folder.</summary>
    public string Folder { get; private set; } = "";

    /// <summary>The link that logs in.</summary>
    public string Link { get; private set; } = "";

    /// <summary>Path of the run's page.</summary>
    public string RunPage { get; private set; } = "";

    /// <summary>Id of the process that serves the page.</summary>
    public int Server => _processes[1].Id;

    /// <summary>Starts both.</summary>
    /// <param name="program">The built command.</param>
    /// <param name="agents">Tasks t1, t2 and so on, all at work at once.</param>
    /// <param name="agent">Shell script of each agent after its prompt, which ends when the repository has a file
    /// <c>go</c>.</param>
    public static async Task<ServedRun> StartAsync(string program, int agents, string agent)
    {
        var served = new ServedRun(await BenchRepository.CreateAsync(program, agents, "cat > /dev/null\n" + agent));
        var files = served._files;
        var web = files.Repository.Beside("web");
        await served.StartAsync(files.Repository.Beside("log"), "run", "--yes", "--approve-risk", "1000000", "--workers", $"{agents}");
        await served.StartAsync(web, "web", "--port", "0");
        await Eventually.TrueAsync(
            () => Enumerable.Range(1, agents).All(i => files.Happened($"t{i}", "executing")),
            TimeSpan.FromMinutes(3)
        );
        served.Folder = Directory.GetDirectories(files.Repository[".orchestrator/runs"]).Single();
        served.Link = await Eventually.GetAsync(() =>
            File.ReadLines(web).FirstOrDefault(line => line.StartsWith("http://", StringComparison.Ordinal))
        );
        var key = await Eventually.GetAsync(() =>
            Directory
                .GetFiles(files.Repository.Beside("state"), "*", SearchOption.AllDirectories)
                .Where(file => Path.GetFileName(Path.GetDirectoryName(file)) == "repositories")
                .Select(Path.GetFileName)
                .FirstOrDefault()
        );
        served.RunPage = $"/r/{key}/{Path.GetFileName(served.Folder)}";
        return served;
    }

    /// <summary>The output of a browser test script that gets the browser, the link and further arguments.</summary>
    public async Task<string> InBrowserAsync(string script, TimeSpan limit, params string[] more)
    {
        var measured = await new ProcessRunner().RunAsync(
            new ChildProcessOptions("node", [script, "/usr/bin/chromium", Link, .. more])
            {
                WorkingDirectory = RepositoryFiles.Path("tests/Dashboard.Tests/browser"),
                Timeout = limit,
            }
        );
        await System.Console.Error.WriteLineAsync(measured.StandardError.Text);
        return measured.Succeeded ? measured.StandardOutput.Text : throw new InvalidOperationException(measured.StandardError.Text);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _files.Repository.Write("go", "");
        foreach (var process in Enumerable.Reverse(_processes))
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }
        _files.Dispose();
    }

    private async Task StartAsync(string log, params string[] words)
    {
        var command = _files.Orchestrate(words);
        var started = await new DetachedProcessStarter().StartAsync(
            new DetachedProcessOptions(command.FileName, command.Arguments)
            {
                WorkingDirectory = command.WorkingDirectory,
                Environment = command.Environment,
                OutputFile = log,
                ErrorFile = log,
            }
        );
        _processes.Add(Process.GetProcessById(started.ProcessId));
    }
}
