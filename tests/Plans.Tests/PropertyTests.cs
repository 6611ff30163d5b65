using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Orchestrator.Plans.Tests;

/// <summary>Graph and conflict answers against models that are slow and obvious.</summary>
public sealed class PropertyTests
{
    private static readonly string[] Parts = ["a", "b", "ab", "*", "a*", "*b", "a*b", "?", "?b", "[ab]", "**", "{a,b}", "c"];
    private static readonly string[] Names = ["a", "b", "c", "ab"];

    private static readonly Gen<string> Patterns =
        from length in Gen.Choose(1, 3)
        from parts in Gen.ArrayOf(Gen.Elements(Parts), length)
        select string.Join('/', parts);

    private static readonly Gen<Plan> Plans =
        from size in Gen.Choose(1, 9)
        from edges in Gen.ArrayOf(Gen.Choose(0, 99), size * size)
        from writes in Gen.ArrayOf(Gen.ArrayOf(Patterns, 2), size)
        from reads in Gen.ArrayOf(Gen.ArrayOf(Patterns, 1), size)
        select new Plan
        {
            Tasks =
            [
                .. Enumerable
                    .Range(0, size)
                    .Select(i => new PlanTask
                    {
                        Id = $"t{i}",
                        FilesWrite = writes[i],
                        FilesRead = reads[i],
                        DependsOn = [.. Enumerable.Range(0, size).Where(j => edges[(i * size) + j] < 15).Select(j => $"t{j}")],
                    }),
            ],
        };

    private static readonly IReadOnlyList<string> Paths =
    [
        .. from length in Enumerable.Range(1, 6) from path in Sequences(length) select string.Join('/', path),
    ];

    [Fact]
    public void Overlaps_RandomPatterns_AgreesWithSomePathThatBothMatch() =>
        Check(
            Patterns.Two().ToArbitrary(),
            pair =>
            {
                var a = PathPattern.Parse(pair.Item1);
                var b = PathPattern.Parse(pair.Item2);
                var common = Paths.Any(path => a.Matches(path) && b.Matches(path));

                // Plain paths stand for folders too, which Overlaps sees only where the other pattern spells the way there out.
                var isFolderCase = a.Alternatives.Concat(b.Alternatives).Any(PathPattern.IsFullyLiteral);
                var overlaps = a.Overlaps(b);
                return overlaps == b.Overlaps(a) && (isFolderCase ? common || !overlaps : overlaps == common);
            }
        );

    [Fact]
    public void Conflicts_RandomPlans_AreThoseOfEveryPairCompared() =>
        Check(
            Plans.ToArbitrary(),
            plan =>
            {
                var graph = TaskGraph.Of(plan);
                var naive = new List<string>();
                var naiveReads = new List<string>();
                for (var i = 0; i < plan.Tasks.Count; i++)
                {
                    for (var j = 0; j < plan.Tasks.Count; j++)
                    {
                        if (i == j || Reaches(plan, i, j, graph) || Reaches(plan, j, i, graph))
                        {
                            continue;
                        }

                        if (i < j && Meets(plan.Tasks[i].FilesWrite!, plan.Tasks[j].FilesWrite!))
                        {
                            naive.Add($"{i} {j}");
                        }

                        if (Meets(plan.Tasks[i].FilesRead!, plan.Tasks[j].FilesWrite!))
                        {
                            naiveReads.Add($"t{i} t{j}");
                        }
                    }
                }

                var found = TaskOwnershipConflictResult.Of(plan);
                return naive.SequenceEqual(found.Conflicts.Select(c => $"{c.Tasks[0][1..]} {c.Tasks[1][1..]}").Distinct())
                    && naiveReads
                        .Order(StringComparer.Ordinal)
                        .SequenceEqual(
                            found
                                .Warnings.Select(w => $"{w.MissingEdge.Task} {w.MissingEdge.DependsOn}")
                                .Distinct()
                                .Order(StringComparer.Ordinal)
                        );
            }
        );

    [Fact]
    public void Conflicts_OtherSpellingAndOrder_AreTheSame() =>
        Check(
            Plans.ToArbitrary(),
            plan =>
            {
                var other = plan with
                {
                    Tasks =
                    [
                        .. plan.Tasks.Select(t =>
                            t with
                            {
                                FilesWrite =
                                [
                                    .. t.FilesWrite!.Reverse().Select(p => $"./x/..//{p.Replace("/", "//", StringComparison.Ordinal)}"),
                                ],
                            }
                        ),
                    ],
                };
                return TaskOwnershipConflictResult
                    .Of(plan)
                    .Conflicts.Select(c => c.Message)
                    .SequenceEqual(TaskOwnershipConflictResult.Of(other).Conflicts.Select(c => c.Message));
            }
        );

    [Fact]
    public void Graph_RandomPlans_AgreesWithTheDefinition() =>
        Check(
            Plans.ToArbitrary(),
            plan =>
            {
                var graph = TaskGraph.Of(plan);
                var order = graph.ToOrder();
                var n = plan.Tasks.Count;
                bool[] cyclic =
                [
                    .. Enumerable
                        .Range(0, n)
                        .Select(i => plan.Tasks[i].DependsOn.Any(d => d != $"t{i}" && Waits(plan, int.Parse(d[1..]), i))),
                ];

                // A task has a wave exactly when no cycle is at or before it, and its wave is one more than the latest of its dependencies.
                var wavesAreRight = Enumerable
                    .Range(0, n)
                    .All(i =>
                    {
                        var stuck = Enumerable.Range(0, n).Any(j => cyclic[j] && (i == j || Waits(plan, i, j)));
                        int[] before = [.. plan.Tasks[i].DependsOn.Where(d => d != $"t{i}").Select(graph.WaveOf)];
                        return stuck ? graph.WaveOf($"t{i}") == 0 : graph.WaveOf($"t{i}") == 1 + before.DefaultIfEmpty(0).Max();
                    });
                var cyclesAreReal = graph.Cycles.All(c =>
                    c[0] == c[^1] && c.Zip(c.Skip(1)).All(e => plan.Tasks[int.Parse(e.First[1..])].DependsOn.Contains(e.Second))
                );
                var cyclesAreFound = (graph.Cycles.Count > 0) == cyclic.Any(c => c);
                var orderIsRight = Enumerable
                    .Range(0, n)
                    .All(i =>
                        graph.WaveOf($"t{i}") == 0
                        || Enumerable.Range(0, n).Where(j => j != i).All(j => order.Precedes(j, i) == Waits(plan, i, j))
                    );
                return wavesAreRight && cyclesAreReal && cyclesAreFound && orderIsRight;
            }
        );

    private static void Check<T>(Arbitrary<T> values, Func<T, bool> property) =>
        Prop.ForAll(values, property)
            .Check(Config.QuickThrowOnFailure.WithMaxTest(Environment.GetEnvironmentVariable("ORCHESTRATE_FULL") == "1" ? 10_000 : 150));

    private static bool Meets(IReadOnlyList<string> a, IReadOnlyList<string> b) =>
        a.Any(x => b.Any(y => PathPattern.Parse(x).Overlaps(PathPattern.Parse(y))));

    // Answers about order leave out tasks in and behind cycles.
    private static bool Reaches(Plan plan, int from, int to, TaskGraph graph) => graph.WaveOf($"t{from}") > 0 && Waits(plan, from, to);

    private static bool Waits(Plan plan, int from, int to)
    {
        var seen = new HashSet<int>();
        var open = new Stack<int>([from]);
        while (open.TryPop(out var task))
        {
            foreach (var next in plan.Tasks[task].DependsOn.Select(d => int.Parse(d[1..])).Where(d => d != task))
            {
                if (next == to)
                {
                    return true;
                }

                if (seen.Add(next))
                {
                    open.Push(next);
                }
            }
        }

        return false;
    }

    private static IEnumerable<string[]> Sequences(int length) =>
        length == 0
            ?
            [
                [],
            ]
            : Sequences(length - 1).SelectMany(start => Names.Select(name => (string[])[.. start, name]));
}
