using Orchestrator.Processes;
using Orchestrator.TestKit;

namespace Orchestrator.Dashboard.Tests;

/// <summary>The description as tools of others read it: a linter, and a generator of types for a TypeScript client.</summary>
public sealed class TypeScriptClientTests : IDisposable
{
    private static readonly string Tools = Path.Combine(RepositoryFiles.Root, "tests", "Dashboard.Tests", "client");
    private readonly string _folder = Directory.CreateTempSubdirectory("typescript-client-").FullName;

    [ClientToolsFact]
    public async Task Description_ReadByALinter_HasNoWarning()
    {
        await using var page = await ServedPage.StartAsync(Source());
        await WriteDescriptionAsync(page);

        var found = await NodeAsync(
            "node_modules/@redocly/cli/bin/cli.js",
            "lint",
            "openapi.json",
            "--format=stylish",
            "--max-problems=20"
        );

        Assert.True(found.ExitCode == 0, found.Text);
        // The summary counts warnings only if there are some.
        Assert.DoesNotMatch("You have [0-9]+ warning", found.Text);
    }

    [ClientToolsFact]
    public async Task Client_WithGeneratedTypesAlone_StartsWatchesAnswersAndDownloads()
    {
        var source = Source();
        await using var page = await ServedPage.StartAsync(source);
        await WriteDescriptionAsync(page);
        foreach (var file in (string[])["program.ts", "tsconfig.json", "node.d.ts", "package.json"])
        {
            File.Copy(Path.Combine(Tools, file), Path.Combine(_folder, file));
        }
        await SucceedsAsync("node_modules/openapi-typescript/bin/cli.js", "openapi.json", "-o", "api.d.ts");
        await SucceedsAsync("node_modules/typescript/bin/tsc", "-p", ".");

        var said = await SucceedsAsync("program.js", page.Address.ToString().TrimEnd('/'), ServedPage.Token);

        Assert.Equal("executing|executing|1 a executing,2 a merged|2|one two|passed|one two|+a|There is no such run.", said.Trim());
        Assert.Equal(["start a shop", $"approve {Runs.Id}/a"], source.Acts.Select(act => act.Text));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static FakeSource Source()
    {
        var source = new FakeSource
        {
            Run = Runs.Of("a") with { Questions = [Runs.Approval("a")] },
            Log = ["one", "two"],
            Patch = "+a",
        };
        foreach (var state in (string[])[TaskStateNames.Executing, TaskStateNames.Merged])
        {
            source.Add(
                new RunEvent
                {
                    Sequence = source.Events.Count + 1,
                    Time = Runs.Begin,
                    Task = "a",
                    State = state,
                }
            );
        }
        return source;
    }

    private async Task WriteDescriptionAsync(ServedPage page)
    {
        // Node finds packages in the folders above a program.
        Directory.CreateSymbolicLink(Path.Combine(_folder, "node_modules"), Path.Combine(Tools, "node_modules"));
        using var answer = await page.Browser.SendAsync(ServedPage.WithToken(HttpMethod.Get, "/openapi.json"));
        await File.WriteAllTextAsync(Path.Combine(_folder, "openapi.json"), await answer.Content.ReadAsStringAsync());
    }

    private async Task<string> SucceedsAsync(params string[] arguments)
    {
        var (exitCode, text) = await NodeAsync(arguments);
        Assert.True(exitCode == 0, text);
        return text;
    }

    private async Task<(int ExitCode, string Text)> NodeAsync(params string[] arguments)
    {
        var ended = await new ProcessRunner().RunAsync(new ChildProcessOptions("node", arguments) { WorkingDirectory = _folder });
        return (ended.ExitCode, ended.StandardOutput.Text + ended.StandardError.Text);
    }
}

/// <summary>A test with tools of npm; skipped where they are not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ClientToolsFactAttribute : FactAttribute
{
    public ClientToolsFactAttribute() =>
        Skip = Directory.Exists(
            Path.Combine(RepositoryFiles.Root, "tests", "Dashboard.Tests", "client", "node_modules", "openapi-typescript")
        )
            ? null
            : "needs npm's openapi-typescript, which scripts/setup installs";
}
