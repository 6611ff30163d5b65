using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Temporalio.Analyzers;
using Temporalio.Workflows;

namespace Orchestrator.Temporal.Analyzers.Tests;

public sealed class WorkflowCodeAnalyzerTests
{
    private const string Usings = """
        using System; using System.Diagnostics; using System.IO; using System.Linq; using System.Net.Http;
        using System.Security.Cryptography; using System.Threading;
        using System.Threading.Channels; using System.Threading.Tasks; using Temporalio.Activities; using Temporalio.Workflows;
        """;

    private static readonly ImmutableArray<MetadataReference> References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
            .Split(Path.PathSeparator)
            .Append(typeof(WorkflowAttribute).Assembly.Location)
            .Distinct(StringComparer.Ordinal)
            .Select(path => MetadataReference.CreateFromFile(path)),
    ];

    private static readonly Snippet[] Flagged =
    [
        new("_ = DateTime.Now;", "TMPW1001", "Workflow.UtcNow"),
        new("_ = DateTime.UtcNow;", "TMPW1001", "Workflow.UtcNow"),
        new("_ = DateTime.Today;", "TMPW1001", "Workflow.UtcNow"),
        new("_ = DateTimeOffset.UtcNow;", "TMPW1001", "Workflow.UtcNow"),
        new("_ = Environment.TickCount64;", "TMPW1001", "Workflow.UtcNow"),
        new("_ = Stopwatch.StartNew();", "TMPW1001", "Workflow.UtcNow"),
        new("_ = TimeProvider.System.GetUtcNow();", "TMPW1001", "Workflow.UtcNow"),
        new("_ = Guid.NewGuid();", "TMPW1002", "Workflow.NewGuid"),
        new("Func<Guid> make = Guid.NewGuid; _ = make();", "TMPW1002", "Workflow.NewGuid"),
        new("_ = new Random();", "TMPW1002", "Workflow.Random"),
        new("_ = Random.Shared.Next();", "TMPW1002", "Workflow.Random"),
        new("_ = RandomNumberGenerator.GetBytes(4);", "TMPW1002", "Workflow.Random"),
        new("await Task.Run(() => { });", "TMPW1003", "Workflow.RunTaskAsync"),
        new("await Task.Delay(5);", "TMPW1003", "Workflow.DelayAsync"),
        new("await Task.WhenAny(Task.CompletedTask);", "TMPW1003", "Workflow.WhenAnyAsync"),
        new("await Task.WhenAll(Task.CompletedTask);", "TMPW1003", "Workflow.WhenAllAsync"),
        new("await Task.CompletedTask.ConfigureAwait(false);", "TMPW1003", "scheduler"),
        new("await Task.FromResult(1).ConfigureAwait(false);", "TMPW1003", "scheduler"),
        new("await new ValueTask().ConfigureAwait(false);", "TMPW1003", "scheduler"),
        new("await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);", "TMPW1003", "scheduler"),
        new("Task.FromResult(1).Wait();", "TMPW1003", "await"),
        new("await Task.Factory.StartNew(() => { });", "TMPW1003", "TaskScheduler.Current"),
        new("await Task.CompletedTask.ContinueWith(_ => { });", "TMPW1003", "TaskScheduler.Current"),
        new("using var source = new CancellationTokenSource(5);", "TMPW1003", "Workflow.DelayAsync"),
        new("await new CancellationTokenSource().CancelAsync();", "TMPW1003", "use Cancel"),
        new("new CancellationTokenSource().CancelAfter(5);", "TMPW1003", "Workflow.DelayAsync"),
        new("await foreach (var one in Channel.CreateUnbounded<int>().Reader.ReadAllAsync()) { }", "TMPW1003", "TryRead"),
        new("Parallel.For(0, 2, _ => { });", "TMPW1003", "Workflow.RunTaskAsync"),
        new("Thread.Sleep(5);", "TMPW1004", "one thread"),
        new("new Thread(() => { }).Start();", "TMPW1004", "one thread"),
        new("using var timer = new Timer(_ => { });", "TMPW1004", "Workflow.DelayAsync"),
        new("using var mutex = new System.Threading.Mutex();", "TMPW1004", "Temporalio.Workflows.Mutex"),
        new("using var semaphore = new SemaphoreSlim(1);", "TMPW1004", "Temporalio.Workflows.Semaphore"),
        new("_ = File.ReadAllText(\"x\");", "TMPW1005", "activity"),
        new("using var client = new HttpClient();", "TMPW1005", "activity"),
        new("Console.WriteLine();", "TMPW1005", "Workflow.Logger"),
        new("_ = Environment.GetEnvironmentVariable(\"X\");", "TMPW1005", "input"),
    ];

    // One compilation for all of them: most of the time goes into reading the framework.
    private static readonly Lazy<Task<ImmutableArray<Diagnostic>>> Found = new(() =>
        AnalyzeAsync(string.Join('\n', Flagged.Select((one, index) => InWorkflow(one.Code, index))))
    );

    public static TheoryData<int, string> Snippets
    {
        get
        {
            var rows = new TheoryData<int, string>();
            foreach (var (index, one) in Flagged.Index())
            {
                rows.Add(index, one.Code);
            }

            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Snippets))]
    public async Task WorkflowCode_UsingWhatItMustNot_IsFlaggedWithTheReplacement(int index, string code)
    {
        var expected = Flagged[index];
        Diagnostic[] found = [.. (await Found.Value).Where(one => ClassOf(one) == $"Test{index}")];
        Assert.True(found.Length > 0, $"{code} is not flagged");
        Assert.All(found, one => Assert.Equal(expected.Id, one.Id));
        Assert.Contains(expected.Replacement, found[0].GetMessage(null), StringComparison.Ordinal);
    }

    [Fact]
    public async Task WorkflowCode_UsingWhatItMay_IsNotFlagged() =>
        Assert.Empty(
            await AnalyzeAsync(
                string.Join(
                    '\n',
                    [
                        InWorkflow("_ = Workflow.UtcNow; _ = Workflow.NewGuid(); _ = Workflow.Random.Next();", 0),
                        InWorkflow(
                            "await Workflow.DelayAsync(5); await Workflow.WhenAllAsync(Workflow.DelayAsync(5)); await Task.Yield(); await "
                                + "Task.FromResult(1);",
                            1
                        ),
                        InWorkflow(
                            "await Task.CompletedTask.ConfigureAwait(true); await "
                                + "Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ContinueOnCapturedContext);",
                            2
                        ),
                        InWorkflow("await Task.CompletedTask.ContinueWith(_ => { }, TaskScheduler.Current);", 3),
                        InWorkflow(
                            "using var source = new CancellationTokenSource(); source.Cancel(); var lockit = new object(); lock (lockit) { "
                                + "}",
                            4
                        ),
                        InWorkflow(
                            "var random = Workflow.Random; _ = new DateTime(2026, 1, 1).AddDays(random.Next(3)); _ = new[] { 1 }.Sum();",
                            5
                        ),
                    ]
                )
            )
        );

    [Fact]
    public async Task Code_AroundWorkflows_IsLookedAtOnlyWhereItIsTheirs()
    {
        const string Code = """
            public class Elsewhere { public DateTime Now => DateTime.Now; }

            [Workflow]
            public class Base
            {
                [Activity] public DateTime Act() => Helper.Now;
                [Activity] public static Guid Draw() { Guid Inner() => Guid.NewGuid(); return Inner(); }
            }

            public class Helper { public static DateTime Now => DateTime.UtcNow; }

            public class Derived : Base
            {
                private readonly Guid _first = Guid.NewGuid();

                private class Nested { public Func<DateTime> Later => () => DateTime.UtcNow; }
            }
            """;
        Assert.Equal(["TMPW1002", "TMPW1001"], (await AnalyzeAsync(Code)).Select(one => one.Id));
        Assert.Equal(
            ["TMPW1001", "TMPW1001", "TMPW1002", "TMPW1001"],
            (await AnalyzeAsync(Code, wholeAssembly: true)).Select(one => one.Id)
        );
    }

    [Fact]
    public async Task Code_WithoutTheSdk_IsLeftAlone()
    {
        var compilation = CSharpCompilation.Create(
            "Test",
            [CSharpSyntaxTree.ParseText("class C { System.DateTime Now => System.DateTime.Now; }")],
            References.Where(one => !one.Display!.Contains("Temporalio", StringComparison.Ordinal))
        );
        Assert.Empty(await compilation.WithAnalyzers([new WorkflowCodeAnalyzer()]).GetAnalyzerDiagnosticsAsync());
    }

    private static string ClassOf(Diagnostic found) =>
        found
            .Location.SourceTree!.GetRoot()
            .FindNode(found.Location.SourceSpan)
            .Ancestors()
            .OfType<ClassDeclarationSyntax>()
            .First()
            .Identifier.Text;

    private static string InWorkflow(string code, int index) =>
        $$"""
            [Workflow]
            public class Test{{index}}
            {
                [WorkflowRun]
                public async Task RunAsync()
                {
                    {{code}}
                    await Task.CompletedTask;
                }
            }
            """;

    private static async Task<ImmutableArray<Diagnostic>> AnalyzeAsync(string code, bool wholeAssembly = false)
    {
        var compilation = CSharpCompilation.Create(
            "Test",
            [CSharpSyntaxTree.ParseText(Usings + code)],
            References,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary)
        );
        Assert.Empty(compilation.GetDiagnostics().Where(one => one.Severity == DiagnosticSeverity.Error));
        var options = new CompilationWithAnalyzersOptions(
            new AnalyzerOptions([], new Options(wholeAssembly)),
            onAnalyzerException: (error, _, _) => throw error,
            concurrentAnalysis: false,
            logAnalyzerExecutionTime: false
        );
        var found = await compilation.WithAnalyzers([new WorkflowCodeAnalyzer()], options).GetAnalyzerDiagnosticsAsync();
        return [.. found.OrderBy(one => one.Location.SourceSpan.Start)];
    }

    private sealed record Snippet(string Code, string Id, string Replacement);

    private sealed class Options(bool wholeAssembly) : AnalyzerConfigOptionsProvider
    {
        public override AnalyzerConfigOptions GlobalOptions { get; } = new Values(wholeAssembly);

        public override AnalyzerConfigOptions GetOptions(SyntaxTree tree) => GlobalOptions;

        public override AnalyzerConfigOptions GetOptions(AdditionalText textFile) => GlobalOptions;

        private sealed class Values(bool wholeAssembly) : AnalyzerConfigOptions
        {
            public override bool TryGetValue(string key, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out string? value)
            {
                value = wholeAssembly && key == "build_property.TemporalioWorkflowAssembly" ? "true" : null;
                return value is not null;
            }
        }
    }
}
