using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Orchestrator.Benchmarks.Git;

namespace Orchestrator.Benchmarks.Runs;

/// <summary>Time of builds and tests as gates in the sandbox, beside the same gates without it.</summary>
internal static class SandboxBuilds
{
    private const int Rounds = 5;
    private const int Classes = 60;
    private const int TestsPerFile = 300;
    private const double Bar = 1.1;
    private static readonly string[] s_gates = ["dotnet build app", "npm test"];

    /// <summary>Prints a line of a Markdown table for each gate: without, in the sandbox, ratio, bar.</summary>
    /// <param name="program">Path of the built command.</param>
    internal static async Task<int> RunAsync(string program)
    {
        var lists = string.Join(", ", s_gates.Select(gate => $"{{command: {gate}, cache: false}}"));
        using var files = await BenchRepository.CreateAsync(
            program,
            1,
            "",
            $"gates: {{task: [{lists}]}}\nworktrees: {{setup: [dotnet restore app]}}\n"
        );
        await WriteProjectAsync(files);
        var seconds = s_gates.ToDictionary(gate => gate, _ => (Without: new List<double>(), With: new List<double>()));
        for (var round = -1; round < Rounds; round++)
        {
            var without = await VerifyAsync(files, "off");
            var with = await VerifyAsync(files, "on");
            foreach (var gate in round < 0 ? [] : s_gates)
            {
                seconds[gate].Without.Add(without[gate]);
                seconds[gate].With.Add(with[gate]);
            }
        }
        List<bool> met = [.. s_gates.Select(gate => Print(gate, seconds[gate].Without, seconds[gate].With))];
        return met.TrueForAll(isMet => isMet) ? 0 : 1;
    }

    private static async Task WriteProjectAsync(BenchRepository files)
    {
        var repository = files.Repository;
        repository.Write(".gitignore", "bin/\nobj/\n.orchestrator/runs/\n.orchestrator/logs/\n");
        repository.Write(
            "app/app.csproj",
            "<Project Sdk=\"Microsoft.NET.Sdk\"><PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup></Project>\n"
        );
        var code = new StringBuilder();
        for (var i = 0; i < Classes; i++)
        {
            code.Append(
                CultureInfo.InvariantCulture,
                $"public class C{i} {{ public int F(int n) => n * {i} + string.Join(\"\", n).Length; }}\n"
            );
        }
        repository.Write("app/Code.cs", code.ToString());
        repository.Write("package.json", """{"name": "bench", "scripts": {"test": "node --test"}}""");
        foreach (var file in (string[])["a", "b", "c"])
        {
            repository.Write(
                $"{file}.test.js",
                $"const t = require('node:test');\nfor (let i = 0; i < {TestsPerFile}; i++) t('t' + i, () => {{}});\n"
            );
        }
        await repository.GitAsync("add", "-A");
        await repository.GitAsync("commit", "-q", "-m", "project");
        await files.RunAsync("trust", "--yes");
    }

    private static async Task<IReadOnlyDictionary<string, double>> VerifyAsync(BenchRepository files, string sandbox)
    {
        var settings = Path.Combine(files.Repository.Beside("config"), "orchestrator", "config.yaml");
        await File.WriteAllTextAsync(settings, $"permissions: {{sandbox: {sandbox}}}\n");
        files.Repository.Write("t1.txt", "x\n");
        var verified = await files.RunAsync("verify", "tasks.yaml", "t1", "--json");
        return JsonNode.Parse(verified.StandardOutput.Text)!["gates"]!
            .AsArray()
            .Where(gate => s_gates.Contains((string?)gate!["command"]))
            .ToDictionary(gate => (string)gate!["command"]!, gate => (double)gate!["seconds"]!);
    }

    private static bool Print(string gate, List<double> without, List<double> with)
    {
        var ratio = Timing.Median(with.Zip(without, (ours, theirs) => ours / theirs));
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"| `{gate}` as a gate in the sandbox, median of {Rounds} pairs | without: {Timing.Median(without):0.00} s "
                    + $"| {Timing.Median(with):0.00} s | {ratio:0.00} | {Bar} |"
            )
        );
        return ratio <= Bar;
    }
}
