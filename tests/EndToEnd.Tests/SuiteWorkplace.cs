using System.Text.Json.Nodes;
using Orchestrator.Processes;
using Orchestrator.TestKit;
using Orchestrator.TestKit.Git;

namespace Orchestrator.EndToEnd.Tests;

/// <summary>
/// A repository whose gate is a suite that owns something on the machine (<c>suite.mjs</c>), and a scripted agent that writes one file for
/// each task. Several may share a home.
/// </summary>
internal sealed class SuiteWorkplace : IDisposable
{
    /// <summary>
    /// Notes what it was given; then, by its arguments: makes a fixed name in the temporary folder, listens, leaves a server running, holds
    /// all that until a file is there or for a while.
    /// </summary>
    private const string Suite = """
        import { createServer } from 'node:net';
        import { spawn } from 'node:child_process';
        import { appendFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
        import { tmpdir } from 'node:os';
        const { HOME, ORCHESTRATOR_PORT, ORCHESTRATOR_WORKTREE, TMPDIR, OF_CONFIG } = process.env;
        const option = name => process.argv.find(a => a.startsWith(name + '='))?.slice(name.length + 1);
        appendFileSync(`${HOME}/seen`, JSON.stringify({ port: +ORCHESTRATOR_PORT,
                    name: ORCHESTRATOR_WORKTREE, tmp: TMPDIR, config: OF_CONFIG }) + '\n');
        const listen = port => new Promise((done, failed) => createServer().once('error', failed).listen(port, '127.0.0.1', done));
        if (process.argv.includes('own')) {
            mkdirSync(`${tmpdir()}/fixed-name`);
            writeFileSync(`${tmpdir()}/data`, ORCHESTRATOR_WORKTREE);
            await listen(+ORCHESTRATOR_PORT);
            const left = spawn(process.execPath, ['-e',
                    'require("node:net").createServer().listen(+process.argv[1], "127.0.0.1", () => process.send(1))',
                    `${+ORCHESTRATOR_PORT + 1}`],
                { detached: true, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
            await new Promise((done, failed) => { left.once('message', done); left.once('exit', failed); });
            left.disconnect();
            left.unref();
        }
        if (option('port')) await listen(+option('port'));
        if (option('begun')) writeFileSync(`${HOME}/${option('begun')}`, '');
        while (option('until') && !existsSync(`${HOME}/${option('until')}`)) await new Promise(done => setTimeout(done, 20));
        await new Promise(done => setTimeout(done, +(option('hold') ?? 0)));
        process.exit(0);
        """;

    private readonly Dictionary<string, string?> _environment;

    private SuiteWorkplace(TempFolder home, TemporaryRepository repository)
    {
        Home = home;
        Repository = repository;
        _environment = new Dictionary<string, string?>
        {
            ["HOME"] = home.Path,
            ["TMPDIR"] = home.Folder("t"),
            ["XDG_CONFIG_HOME"] = null,
            ["XDG_STATE_HOME"] = null,
            ["XDG_CACHE_HOME"] = null,
        };
        Orchestrate = new OrchestrateProgram(repository.Path, _environment);
    }

    public TempFolder Home { get; }

    public TemporaryRepository Repository { get; }

    public OrchestrateProgram Orchestrate { get; }

    /// <summary>The input of each start of a test suite in this home.</summary>
    public IReadOnlyList<JsonNode> Seen => [.. File.ReadAllLines(Home["seen"]).Select(line => JsonNode.Parse(line)!)];

    /// <summary>A repository with a plan of independent tasks.</summary>
    /// <param name="home">The user's home.</param>
    /// <param name="tasks">Number of tasks.</param>
    /// <param name="gate">Members of each task's gate, after its command.</param>
    /// <param name="suite">Arguments of the suite in the gate.</param>
    /// <param name="byAgent">Arguments of the suite from the agent, or null if the agent does not run it.</param>
    public static async Task<SuiteWorkplace> CreateAsync(TempFolder home, int tasks, string gate, string suite, string? byAgent = null)
    {
        var place = new SuiteWorkplace(home, await TemporaryRepository.CreateEmptyAsync());
        var steps = new JsonArray
        {
            new JsonObject { ["write"] = "${task}.txt", ["text"] = "${task}\n" },
        };
        if (byAgent is not null)
        {
            steps.Add(new JsonObject { ["run"] = new JsonArray("node", "suite.mjs", byAgent) });
        }
        File.WriteAllText(
            place.Repository.Beside("script.json"),
            new JsonObject { ["tasks"] = new JsonObject { ["*"] = new JsonArray(steps) } }.ToJsonString()
        );
        place.Repository.Write(
            ".orchestrator/config.yaml",
            $$$"""
            agent: fake
            agents: {fake: {command: ["{{{RepositoryFiles.BuiltProgram("tests/FakeAgent", "fake-agent")}}}", "{{{place.Repository.Beside(
                "script.json"
            )}}}"]}}
            workers: 8
            disk: {reserve: 1}
            worktrees: {env: {OF_CONFIG: "{port+2} {worktree} {tmp}"}}
            """
        );
        var lines = Enumerable
            .Range(1, tasks)
            .Select(n =>
                $"  - {{id: t{n}, description: Write a file, files_write: [t{n}.txt], verification: [{{command: \"test -s t{n}.txt && node "
                + $"suite.mjs {suite}\", timeout: 120{gate}}}]}}\n"
            );
        await place.Repository.CommitAsync("start", ("suite.mjs", Suite), ("tasks.yaml", "tasks:\n" + string.Concat(lines)));
        return place;
    }

    public Task<ProcessResult> RunAsync(params string[] arguments) => Orchestrate.RunAsync(arguments);

    public async Task<JsonNode> StatusAsync()
    {
        var result = await RunAsync("status", "--json");
        Xunit.Assert.True(result.ExitCode == 0, $"exit code {result.ExitCode}: {result.StandardError.Text}");
        return JsonNode.Parse(result.StandardOutput.Text)!;
    }

    public void Dispose() => Repository.Dispose();
}
