using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace Temporalio.Analyzers;

/// <summary>Finds uses of <see cref="ForbiddenApis" /> in workflow code.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class WorkflowCodeAnalyzer : DiagnosticAnalyzer
{
    private const string Category = "Temporal";
    private const string Message = "Workflow code must not use {0}: {1}";

    // Tells that a whole assembly is workflow code, helpers and all.
    private const string WholeAssembly = "build_property.TemporalioWorkflowAssembly";

    private static readonly ImmutableDictionary<string, DiagnosticDescriptor> Rules = new[]
    {
        Rule(ForbiddenApis.Time, "Workflow code reads a clock", "Replayed later, it would read another time."),
        Rule(ForbiddenApis.Chance, "Workflow code draws by chance", "Replayed, it would draw something else."),
        Rule(
            ForbiddenApis.Tasks,
            "Workflow code leaves its scheduler",
            "What comes back from elsewhere comes back in another order, or on another thread, and fails the workflow task."
        ),
        Rule(ForbiddenApis.Threads, "Workflow code uses threads", "It has one thread, which must not block and may not be left."),
        Rule(
            ForbiddenApis.World,
            "Workflow code touches the world",
            "Replayed, it would do so again; activities do it once and their results are kept."
        ),
    }.ToImmutableDictionary(rule => rule.Id);

    /// <inheritdoc />
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = Rules.Values.ToImmutableArray();

    /// <inheritdoc />
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(Start);
    }

    private static DiagnosticDescriptor Rule(string id, string title, string why) =>
        new(id, title, Message, Category, DiagnosticSeverity.Warning, isEnabledByDefault: true, description: why);

    private static void Start(CompilationStartAnalysisContext context)
    {
        if (context.Compilation.GetTypeByMetadataName("Temporalio.Workflows.WorkflowAttribute") is not { } workflow)
        {
            return;
        }

        var forbidden = new Dictionary<ISymbol, List<ForbiddenApi>>(SymbolEqualityComparer.Default);
        foreach (var api in ForbiddenApis.All)
        {
            foreach (var type in context.Compilation.GetTypesByMetadataName(api.Type))
            {
                if (!forbidden.TryGetValue(type, out var apis))
                {
                    forbidden.Add(type, apis = []);
                }

                apis.Add(api);
            }
        }

        var scope = new Scope(
            workflow,
            context.Compilation.GetTypeByMetadataName("Temporalio.Activities.ActivityAttribute"),
            context.Options.AnalyzerConfigOptionsProvider.GlobalOptions.TryGetValue(WholeAssembly, out var all)
                && string.Equals(all, "true", StringComparison.OrdinalIgnoreCase)
        );
        context.RegisterOperationAction(
            operation => Look(operation, forbidden, scope),
            OperationKind.Invocation,
            OperationKind.PropertyReference,
            OperationKind.ObjectCreation,
            OperationKind.MethodReference,
            OperationKind.FieldReference
        );
    }

    private static void Look(OperationAnalysisContext context, Dictionary<ISymbol, List<ForbiddenApi>> forbidden, Scope scope)
    {
        var used = context.Operation switch
        {
            IInvocationOperation invocation => invocation.TargetMethod,
            IObjectCreationOperation creation => creation.Constructor,
            IMemberReferenceOperation reference => reference.Member,
            _ => null,
        };
        if (used?.ContainingType is not { } type || !scope.Includes(context.ContainingSymbol))
        {
            return;
        }

        if (InsteadOf(context.Operation, used) is { } instead)
        {
            context.ReportDiagnostic(
                Diagnostic.Create(Rules[ForbiddenApis.Tasks], context.Operation.Syntax.GetLocation(), Name(used), instead)
            );
            return;
        }

        // A member may be declared by a base of the forbidden type, and a Task<T> is a Task.
        for (var current = type; current is not null; current = current.BaseType)
        {
            if (
                forbidden.TryGetValue(current.OriginalDefinition, out var apis)
                && apis.Find(api => api.Member is null || api.Member == used.Name) is { } api
            )
            {
                context.ReportDiagnostic(
                    Diagnostic.Create(Rules[api.RuleId], context.Operation.Syntax.GetLocation(), Name(used), api.Instead)
                );
                return;
            }
        }
    }

    /// <summary>Uses that depend on what is passed: continuing elsewhere, starting on another scheduler, tokens with a time.</summary>
    private static string? InsteadOf(IOperation operation, ISymbol used) =>
        operation switch
        {
            IInvocationOperation call
                when used.Name == "ConfigureAwait"
                    && IsTask(used.ContainingType)
                    && call.Arguments.Any(argument => LeavesContext(argument.Value)) =>
                "it leaves the workflow's scheduler: leave it out, or pass true",
            IInvocationOperation call
                when used.Name is "ContinueWith" or "StartNew"
                    && IsTask(used.ContainingType)
                    && !call.TargetMethod.Parameters.Any(parameter => parameter.Type.Name == "TaskScheduler") =>
                "pass TaskScheduler.Current, or use Workflow.RunTaskAsync",
            IObjectCreationOperation creation when used.ContainingType.Name == "CancellationTokenSource" && creation.Arguments.Length > 0 =>
                "it ends by the machine's clock: cancel after Workflow.DelayAsync",
            _ => null,
        };

    private static bool IsTask(INamedTypeSymbol type) =>
        type.Name is "Task" or "ValueTask" or "TaskFactory" or "TaskAsyncEnumerableExtensions"
        && type.ContainingNamespace?.ToDisplayString() == "System.Threading.Tasks";

    // Of ConfigureAwaitOptions, ContinueOnCapturedContext is the lowest bit.
    private static bool LeavesContext(IOperation value) =>
        value.ConstantValue.Value switch
        {
            bool continues => !continues,
            int options => (options & 1) == 0,
            _ => false,
        };

    private static string Name(ISymbol used) =>
        used is IMethodSymbol { MethodKind: MethodKind.Constructor }
            ? $"new {used.ContainingType.Name}"
            : $"{used.ContainingType.Name}.{used.Name}";

    /// <summary>Which code is workflow code.</summary>
    private sealed class Scope(INamedTypeSymbol workflow, INamedTypeSymbol? activity, bool everything)
    {
        private readonly ConcurrentDictionary<ISymbol, bool> _known = new(SymbolEqualityComparer.Default);

        public bool Includes(ISymbol symbol)
        {
            for (var member = symbol; member is not null and not INamedTypeSymbol; member = member.ContainingSymbol)
            {
                if (activity is not null && Has(member, activity))
                {
                    return false;
                }
            }

            return everything || (symbol.ContainingType is { } type && _known.GetOrAdd(type, _ => IsWorkflow(type)));
        }

        private static bool Has(ISymbol symbol, INamedTypeSymbol attribute) =>
            symbol.GetAttributes().Any(one => SymbolEqualityComparer.Default.Equals(one.AttributeClass, attribute));

        private bool IsWorkflow(INamedTypeSymbol type)
        {
            for (var current = type; current is not null; current = current.BaseType)
            {
                if (Has(current, workflow))
                {
                    return true;
                }
            }

            return type.ContainingType is { } outer && IsWorkflow(outer);
        }
    }
}
