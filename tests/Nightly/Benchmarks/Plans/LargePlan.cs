using System.Diagnostics;
using System.Globalization;
using System.Runtime;
using System.Text;
using Orchestrator.Plans;
using Orchestrator.Plans.Readers;
using Orchestrator.Plans.Readers.TaskGraphs;

namespace Orchestrator.Benchmarks.Plans;

/// <summary>
/// A plan of 10,000 tasks in one cold process: read, graph, conflicts, risk; and how conflicts grow from 1,000 to 10,000 patterns.
/// </summary>
internal static class LargePlan
{
    public static int Run()
    {
        var text = Yaml(10_000);
        Console.WriteLine(
            $"| {text.Length / 1e6:0.0} MB of YAML, 10,000 tasks | ms | of a processor | MB allocated | methods compiled "
                + "|\n|---|---|---|---|---|"
        );
        var read = Timed("read", () => TaskGraphReader.Read(text, "tasks.yaml"));
        var plan = read.Plan!;
        var graph = Timed(
            "graph, waves, critical path",
            () =>
            {
                var made = TaskGraph.Of(plan);
                _ = made.Waves.Count + made.CriticalPath.Count;
                return made;
            }
        );
        Timed("conflicts", () => TaskOwnershipConflictResult.Of(plan, graph));
        Timed("risk", () => RiskScore.Of(plan, new RiskScoreOptions()));
        Timed("advice", () => PlanLinter.Of(plan));
        Console.WriteLine($"\nPeak memory: {Process.GetCurrentProcess().PeakWorkingSet64 / 1e6:0} MB\n");

        Console.WriteLine("| conflicts of patterns such as | 1,000 | 10,000 | growth |\n|---|---|---|---|");
        Growth("src/module_N/**/*.cs", i => $"src/module_{i}/**/*.cs");
        Growth("**/file_N.py", i => $"**/file_{i}.py");
        Growth("src/*_N.py", i => $"src/*_{i}.py");
        Growth("src/*/part_N/**", i => $"src/*/part_{i}/**");
        Growth("src/N.py in a chain", i => $"src/{i % 10}.py", chain: true);
        return 0;
    }

    private static T Timed<T>(string name, Func<T> work)
    {
        var compiled = JitInfo.GetCompiledMethodCount();
        var allocated = GC.GetTotalAllocatedBytes();
        var before = Environment.CpuUsage.TotalTime;
        var watch = Stopwatch.StartNew();
        var result = work();
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"| {name} | {watch.ElapsedMilliseconds} | {(Environment.CpuUsage.TotalTime - before).TotalMilliseconds:0} | "
                    + $"{(GC.GetTotalAllocatedBytes() - allocated) / 1e6:0.0} | {JitInfo.GetCompiledMethodCount() - compiled} |"
            )
        );
        return result;
    }

    private static void Growth(string name, Func<int, string> pattern, bool chain = false)
    {
        Plan PlanOf(int n) =>
            new()
            {
                Tasks =
                [
                    .. Enumerable
                        .Range(0, n)
                        .Select(i => new PlanTask
                        {
                            Id = $"t{i}",
                            FilesWrite = [pattern(i)],
                            DependsOn = chain && i > 0 ? [$"t{i - 1}"] : [],
                        }),
                ],
            };
        double Time(int n)
        {
            // Processor time, and the least of some tries: other programs on the machine must not show in the ratio.
            var plan = PlanOf(n);
            return Enumerable
                .Range(0, 7)
                .Min(_ =>
                {
                    GC.Collect();
                    var before = Environment.CpuUsage.TotalTime;
                    TaskOwnershipConflictResult.Of(plan);
                    return (Environment.CpuUsage.TotalTime - before).TotalMilliseconds;
                });
        }

        var small = Time(1_000);
        var large = Time(10_000);
        Console.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"| `{name}` | {small:0.0} ms | {large:0.0} ms | {large / small:0.0} |")
        );
    }

    private static string Yaml(int tasks)
    {
        var text = new StringBuilder("request: A large plan\ntasks:\n");
        for (var i = 0; i < tasks; i++)
        {
            var after = i == 0 ? "" : $"task-{i / 2}";
            text.Append(
                CultureInfo.InvariantCulture,
                $"""
                  - id: task-{i}
                    description: "Implement service number {i} with everything that belongs to it"
                    prompt: |
                      Build the service {i}.
                      It is done when the tests pass and the documentation says what it does.
                    files_write:
                      - "src/module{i % 100}/service_{i}.py"
                      - "tests/module{i % 100}/test_service_{i}.py"
                    files_read: ["src/models/user.py"]
                    depends_on: [{after}]
                    verification:
                      - command: "pytest tests/module{i % 100}/test_service_{i}.py"
                        type: test
                        required: true

                """
            );
        }

        return text.ToString();
    }
}
