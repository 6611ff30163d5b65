using System.Diagnostics;
using System.Text.Json.Nodes;
using Orchestrator.Cli.Console;
using Orchestrator.Cli.Startup;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>A folder of its own with a home of its own, in which command lines are run inside this process.</summary>
internal sealed class CliFixture : IDisposable
{
    // The SDK's warning of a payload that is too large for a history.
    private const string TooLarge = "TMPRL1103";

    private readonly string _root = Directory.CreateTempSubdirectory("cli-tests-").FullName;

    public CliFixture()
    {
        TestKit.TestProcesses.Watch();
        Folder = Directory.CreateDirectory(Path.Combine(_root, "work")).FullName;
        Home = Directory.CreateDirectory(Path.Combine(_root, "home")).FullName;
        Environment = new()
        {
            ["HOME"] = Home,
            ["PATH"] = System.Environment.GetEnvironmentVariable("PATH") ?? "",
            [Unconfined.Variable] = "off",
            ["GIT_PAGER"] = "cat",
        };
    }

    /// <summary>The folder in which commands are called.</summary>
    public string Folder { get; }

    public string Home { get; }

    public Dictionary<string, string> Environment { get; }

    /// <summary>The output and the exit code of a command.</summary>
    internal sealed record CliResult(int ExitCode, string Output, string People)
    {
        public JsonNode Json => JsonNode.Parse(Output)!;
    }

    public Task<CliResult> RunAsync(params string[] arguments) => RunAsync(new RecordingTerminal(), arguments);

    public async Task<CliResult> RunAsync(RecordingTerminal terminal, params string[] arguments)
    {
        using var interrupts = new InterruptHandler();
        return await RunAsync(terminal, interrupts, arguments);
    }

    public async Task<CliResult> RunAsync(RecordingTerminal terminal, InterruptHandler interrupts, params string[] arguments)
    {
        var code = await CliCommandExecutor
            .RunAsync(
                arguments,
                documents =>
                {
                    terminal.Documents = documents;
                    return terminal;
                },
                Environment,
                Folder,
                TimeProvider.System,
                interrupts
            )
            .WaitAsync(TimeSpan.FromSeconds(120));
        return new CliResult((int)code, terminal.Output, terminal.People);
    }

    public string Write(string name, string text)
    {
        var path = Path.Combine(Folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>An agent that is a shell script, and commits as its text has it drawn; outside the repository.</summary>
    /// <returns>Its absolute path.</returns>
    public string WriteAgent(string script)
    {
        var agent = Path.Combine(Home, "agent.sh");
        File.WriteAllText(agent, $"{TestKit.AgentCommits.Shell(TestKit.AgentCommits.Choose(0, script))}HOME='{Home}'\n{script}\n");
        return agent;
    }

    public string Read(string name) => File.ReadAllText(Path.Combine(Folder, name));

    /// <summary>Makes the folder a repository with one commit.</summary>
    public CliFixture WithRepository()
    {
        Git("init", "-q", "-b", "main");
        Write("README.md", "Hello\n");
        Git("add", "-A");
        Git("-c", "user.name=Test", "-c", "user.email=test@localhost", "commit", "-q", "-m", "First");
        return this;
    }

    /// <summary>The user says yes to what the repository asks for.</summary>
    public async Task<CliFixture> TrustAsync()
    {
        Assert.Equal(0, (await RunAsync("trust", "--yes")).ExitCode);
        return this;
    }

    /// <summary>Writes the user's own settings.</summary>
    public void WriteUser(string text)
    {
        Directory.CreateDirectory(Path.Combine(Home, ".config", "orchestrator"));
        File.WriteAllText(Path.Combine(Home, ".config", "orchestrator", "config.yaml"), text);
    }

    public string Git(params string[] arguments) => Start("git", arguments);

    /// <summary>A line that a user types into their shell.</summary>
    public void Shell(string line) => Start("/bin/sh", "-c", line);

    private string Start(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {error.Result}");
        return output;
    }

    public void Dispose()
    {
        TestKit.TestProcesses.AwaitEnd(Home);
        var log = Path.Combine(Folder, ".orchestrator", "logs", "engine.log");
        var isTooLarge = File.Exists(log) && File.ReadAllText(log).Contains(TooLarge, StringComparison.Ordinal);
        Directory.Delete(_root, recursive: true);
        Assert.False(isTooLarge, $"The SDK warned of a large payload ({TooLarge}).");
    }
}
