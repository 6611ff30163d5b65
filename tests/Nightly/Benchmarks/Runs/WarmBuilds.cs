using System.Diagnostics;
using System.Globalization;
using Orchestrator.Processes;

namespace Orchestrator.Benchmarks.Runs;

/// <summary>The first build in a task's worktree of a crate with fifty packages, beside a warm build of the same change by hand.</summary>
internal static class WarmBuilds
{
    private const int Packages = 50;
    private const int Functions = 8;

    // The copy that the worktree got is paid for as well: it is made again and timed.
    private const string Agent = """
        cat >/dev/null
        ms() { date +%s%3N; }
        a=$(ms); cp -a target copied 2>/dev/null || true; b=$(ms); rm -rf copied
        echo '// changed' >>src/main.rs
        c=$(ms); cargo build --offline -q; d=$(ms)
        echo $((b - a + d - c)) >"$TOOK"
        git checkout -q -- src/main.rs
        echo x >t1.txt

        """;

    internal static async Task<int> RunAsync(string program)
    {
        if (ProgramLocator.Find("cargo", Environment.GetEnvironmentVariable("PATH"), "/") is null)
        {
            Console.Error.WriteLine("warm-builds is left out: there is no cargo.");
            return 0;
        }
        var cold = await FirstBuildAsync(program, "worktrees: {reuse: []}\n");
        var ours = await FirstBuildAsync(program, "");
        Print("without what the base built", cold.Hand, cold.Task, bar: null);
        return Print("with its copy", ours.Hand, ours.Task, bar: 2) ? 0 : 1;
    }

    private static async Task<(double Hand, double Task)> FirstBuildAsync(string program, string settings)
    {
        using var files = await BenchRepository.CreateAsync(
            program,
            1,
            Agent,
            "gates: {task: [{command: cargo build --offline, type: build}]}\npermissions: {sandbox: off}\n" + settings
        );
        var (repository, took) = (files.Repository, files.Repository.Beside("took"));
        var packages = Enumerable.Range(1, Packages).Select(i => $"p{i}").ToList();
        foreach (var package in packages)
        {
            WritePackage(repository.Beside("packages/" + package), package);
        }
        repository.Write("src/main.rs", "fn main() {}\n" + string.Concat(packages.Select(name => $"pub use {name}::*;\n")));
        repository.Write(
            "Cargo.toml",
            Manifest("bench") + "[dependencies]\n" + string.Concat(packages.Select(name => $"{name} = \"1\"\n"))
        );
        repository.Write(
            ".cargo/config.toml",
            $"[source.crates-io]\nreplace-with = \"here\"\n[source.here]\ndirectory = \"{repository.Beside("packages")}\"\n"
        );
        repository.Write(".gitignore", "target/\n.orchestrator/runs/\n");
        repository.Write("agent.sh", File.ReadAllText(repository["agent.sh"]).Replace("$TOOK", took, StringComparison.Ordinal));
        await CargoAsync(repository.Path, "generate-lockfile");
        await repository.GitAsync("add", "-A");
        await repository.GitAsync("commit", "-q", "-m", "crate");
        await files.RunAsync("run", "--yes", "--no-progress");
        var task = double.Parse(await File.ReadAllTextAsync(took), CultureInfo.InvariantCulture);

        await CargoAsync(repository.Path, "build");
        await File.AppendAllTextAsync(repository["src/main.rs"], "// by hand\n");
        var watch = Stopwatch.StartNew();
        await CargoAsync(repository.Path, "build");
        return (watch.Elapsed.TotalMilliseconds, task);
    }

    private static void WritePackage(string folder, string name)
    {
        Directory.CreateDirectory(Path.Combine(folder, "src"));
        File.WriteAllText(Path.Combine(folder, "Cargo.toml"), Manifest(name));
        File.WriteAllText(Path.Combine(folder, ".cargo-checksum.json"), """{"files": {}, "package": null}""");
        File.WriteAllLines(
            Path.Combine(folder, "src", "lib.rs"),
            Enumerable
                .Range(1, Functions)
                .Select(i =>
                    $"pub fn {name}_{i}(n: u64) -> String {{ (0..n).map(|x| format!(\"{{}}\", x * {i})).collect::<Vec<_>>().join(\",\") }}"
                )
        );
    }

    private static string Manifest(string name) => $"[package]\nname = \"{name}\"\nversion = \"1.0.0\"\nedition = \"2021\"\n";

    private static async Task CargoAsync(string folder, string command)
    {
        var done = await new ProcessRunner().RunAsync(
            new ProcessCommand("cargo", command, "--offline", "-q") { WorkingDirectory = folder }
        );
        if (!done.Succeeded)
        {
            throw new InvalidOperationException($"cargo {command}: {done.StandardError.Text}");
        }
    }

    private static bool Print(string how, double hand, double task, double? bar)
    {
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"| first build of a crate with {Packages} packages in a task's worktree, {how} | warm build by hand, {hand:0} ms "
                    + $"| {task:0} ms | {task / hand:0.0} | {(bar is { } most ? $"≤ {most:0.0}" : "")} |"
            )
        );
        return bar is null || task / hand <= bar;
    }
}
