using Orchestrator.Processes;
using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.EndToEnd.Tests;

/// <summary>The clients of the samples in other languages.</summary>
public sealed class SampleClientTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Client_GeneratedFromTheMessages_IsTheOneOfTheSample()
    {
        var file = RepositoryFiles.Path("samples/clients/typescript/orchestrate.ts");
        var generated = new TypeScriptClient().Generate();
        if (Environment.GetEnvironmentVariable("APPROVE_CLIENT") == "1")
        {
            await File.WriteAllTextAsync(file, generated);
        }

        Assert.Equal(generated, await File.ReadAllTextAsync(file));
    }

    [Fact]
    public async Task Sample_InTypeScript_StartsARunAndApprovesItsTask()
    {
        foreach (var file in (string[])["package.json", "tsconfig.json", "main.ts", "orchestrate.ts"])
        {
            File.Copy(RepositoryFiles.Path($"samples/clients/typescript/{file}"), _folder[file]);
        }
        await using var place = await ForeignWorkplace.CreateAsync("tasks: [{id: other, prompt: another file}]\n");

        await RunAsync("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline"], place.Address);
        await RunAsync("npm", ["run", "build"], place.Address);
        var output = await RunAsync("node", ["out/main.js", place.Repository.Path, "run-typescript", "hello", "Any."], place.Address);

        await AssertLandedAsync(place, output);
    }

    [PythonFact]
    public async Task Sample_InPython_StartsARunAndApprovesItsTask()
    {
        await using var place = await ForeignWorkplace.CreateAsync("tasks: [{id: other, prompt: another file}]\n");
        var main = RepositoryFiles.Path("samples/clients/python/main.py");

        var output = await RunAsync("python3", [main, place.Repository.Path, "run-python", "hello", "Any."], place.Address);

        await AssertLandedAsync(place, output);
    }

    private static async Task AssertLandedAsync(ForeignWorkplace place, string output)
    {
        var landed = (await place.Repository.GitAsync("rev-parse", "main")).Trim();
        Assert.EndsWith($"completed {landed}", output.Trim(), StringComparison.Ordinal);
        Assert.Equal("done\n", await File.ReadAllTextAsync(place.Repository["hello.txt"]));
    }

    private async Task<string> RunAsync(string program, string[] arguments, string address)
    {
        var result = await new ProcessRunner().RunAsync(
            new ChildProcessOptions(program, arguments)
            {
                WorkingDirectory = _folder.Path,
                Environment = new Dictionary<string, string?> { ["TEMPORAL_ADDRESS"] = address },
                Timeout = TimeSpan.FromMinutes(3),
            }
        );
        Assert.True(
            result.ExitCode == 0,
            $"{program} {string.Join(' ', arguments)}:\n{result.StandardOutput.Text}\n{result.StandardError.Text}"
        );
        return result.StandardOutput.Text;
    }
}
