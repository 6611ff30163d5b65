using System.Globalization;
using Orchestrator.Benchmarks.Git;
using Orchestrator.Benchmarks.Runs;
using Orchestrator.TestKit;

namespace Orchestrator.Benchmarks.Verification;

/// <summary>The wall clock that the base's suite and the proof of red add to a run, beside the same run without them. Each run has a cold
/// cache.</summary>
internal static class VerificationCost
{
    private const int Pairs = 5;
    private const int Tasks = 5;
    private const double Most = 1.15;

    // Each task adds a product file, and a test that fails without it.
    private const string Agent = """
        cat >/dev/null
        sleep 4
        mkdir -p lib tests
        echo "t() { echo $ORCHESTRATOR_TASK; }" >"lib/$ORCHESTRATOR_TASK.sh"
        printf '. lib/%s.sh\ntest "$(t)" = %s\n' "$ORCHESTRATOR_TASK" "$ORCHESTRATOR_TASK" >"tests/test_$ORCHESTRATOR_TASK.sh"
        echo done >"$ORCHESTRATOR_TASK.txt"

        """;

    private const string Gates = """
        gates: {task: [{command: 'sleep 1; for t in tests/test_*.sh; do sh "$t" || exit 1; done', type: test}]}

        """;

    internal static async Task<int> RunAsync(string program)
    {
        var sample = await CompareAsync(() => SampleAsync(program), "run", "tasks.yaml", "--agent", "scripted", "--yes", "--no-progress");
        var holds = Print("the sample run", sample);
        var tests = await CompareAsync(
            () => BenchRepository.CreateAsync(program, Tasks, Agent, Gates, ", lib/t{0}.sh, tests/test_t{0}.sh"),
            "run",
            "--yes",
            "--again",
            "--no-progress"
        );
        holds &= Print($"{Tasks} tasks of 4 s with a test each, gate of 1 s", tests);
        return holds ? 0 : 1;
    }

    private static async Task<(double Without, double With)> CompareAsync(Func<Task<BenchRepository>> create, params string[] arguments)
    {
        List<double> without = [],
            with = [];
        for (var pair = 0; pair < Pairs; pair++)
        {
            with.Add(await TimeAsync(isOff: false));
            without.Add(await TimeAsync(isOff: true));
        }
        return (Timing.Median(without), Timing.Median(with));

        async Task<double> TimeAsync(bool isOff)
        {
            using var files = await create();
            files.Set("ORCHESTRATOR_WORKERS", "2");
            if (isOff)
            {
                files.Set("ORCHESTRATOR_VERIFICATION__PROVE_RED", "off");
                files.Set("ORCHESTRATOR_VERIFICATION__BASE_SUITE", "false");
            }
            return await Timing.MillisecondsAsync(() => files.RunAsync(arguments));
        }
    }

    private static async Task<BenchRepository> SampleAsync(string program)
    {
        var files = await BenchRepository.CreateAsync(program, 1, "");
        var (repository, sample) = (files.Repository, RepositoryFiles.Path("samples/greeter"));
        foreach (var file in Directory.GetFiles(Path.Combine(sample, "repository")))
        {
            repository.Write(Path.GetFileName(file), await File.ReadAllTextAsync(file));
        }
        Directory.CreateDirectory(repository.Beside("agent"));
        foreach (var file in Directory.GetFiles(Path.Combine(sample, "agent")).Append(Path.Combine(sample, "agent.sh")))
        {
            File.Copy(file, Path.Combine(repository.Beside(""), Path.GetRelativePath(sample, file)));
        }
        repository.Write(
            ".orchestrator/config.yaml",
            $"agents: {{scripted: {{command: [/bin/sh, \"{repository.Beside("agent.sh")}\"]}}}}\n" + "permissions: {sandbox: off}\n"
        );
        await repository.GitAsync("add", "-A");
        await repository.GitAsync("commit", "-q", "-m", "sample");
        return files;
    }

    private static bool Print(string what, (double Without, double With) time)
    {
        var ratio = time.With / time.Without;
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"| base suite and proof of red: {what} | without: {time.Without:0} ms | {time.With:0} ms | {ratio:0.00} | {Most:0.00} |"
            )
        );
        return ratio <= Most;
    }
}
