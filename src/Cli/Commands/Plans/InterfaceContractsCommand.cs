using System.Text.RegularExpressions;
using Orchestrator.App.PlanFiles;

namespace Orchestrator.Cli.Commands;

/// <summary>
/// <c>contracts PLAN</c> shows a plan's interface contracts as source code. <c>contracts NAME METHOD... -o FILE</c> writes such a contract
/// to a file.
/// </summary>
internal sealed class InterfaceContractsCommand : CliCommand
{
    private readonly Argument<string> _subject = new("PLAN|NAME")
    {
        Description = "The plan file, or the name of a new contract",
        DefaultValueFactory = static _ => PlanAndReferencedFileReader.DefaultName,
    };
    private readonly Argument<string[]> _methods = new("METHOD")
    {
        Description = "Methods of the new contract, such as 'login(user: str) -> dict'",
        Arity = ArgumentArity.ZeroOrMore,
    };
    private readonly Option<string?> _output = new("--output", "-o")
    {
        Description = "Write the new contract to this file, whose extension determines the language",
        HelpName = "FILE",
    };
    private readonly Option<bool> _json = GlobalOptions.Json();

    public InterfaceContractsCommand()
        : base("contracts", "Show a plan's interface contracts as source code, or write a new contract")
    {
        Add(_subject);
        Add(_methods);
        Add(_output);
        Add(_json);
    }

    public override Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        var subject = parsed.GetRequiredValue(_subject);
        var methods = parsed.GetValue(_methods) ?? [];
        var output = parsed.GetValue(_output);
        var stubs =
            methods.Length == 0 && output is null && PlanFileName.IsPlan(subject)
                ? OfPlan(context, context.PlanFiles.Require(subject))
                :
                [
                    Stub(
                        new InterfaceContractDefinition
                        {
                            Name = subject,
                            Methods = methods,
                            FilePath = output ?? SnakeCase(subject) + ".py",
                        }
                    ),
                ];
        if (output is not null)
        {
            Write(context, output, stubs[0]);
        }
        if (parsed.GetValue(_json))
        {
            context.Print(
                new ContractsDocument([
                    .. stubs.Select(s => new ContractEntry(
                        s.Name,
                        s.Version,
                        s.FilePath,
                        LanguageName(s.Language),
                        s.Content,
                        s.Consumers
                    )),
                ]),
                DocumentJson.Default.ContractsDocument
            );
        }
        else if (output is null)
        {
            Show(context, stubs);
        }
        return Task.FromResult(UseCaseOutcome.Done);
    }

    /// <summary>
    /// Returns the plan's interface contracts with the content that a run would commit. For a contract without methods, this is the content
    /// of its existing file.
    /// </summary>
    private static List<InterfaceContractStub> OfPlan(CliCommandServiceBundle context, Plan plan)
    {
        var found = context.PlanFiles.EffectiveContracts(plan);
        List<InterfaceContractStub> stubs =
        [
            .. plan.Contracts.Select(contract => found.Stubs.FirstOrDefault(stub => stub.Name == contract.Name) ?? Stub(contract)),
        ];
        foreach (var text in found.Errors.Concat(found.Warnings))
        {
            context.Terminal.Warn(text);
        }
        return stubs;
    }

    private static InterfaceContractStub Stub(InterfaceContractDefinition contract) =>
        InterfaceContractStub.TryCreate(contract, out var stub, out var fault)
            ? stub
            : throw new UseCaseException(UseCaseOutcome.Usage, fault.Message, fault.Cure);

    private static void Write(CliCommandServiceBundle context, string output, InterfaceContractStub stub)
    {
        var path = context.FullPath(output);
        LocalRepositoryPaths.EnsureFolder(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, stub.Content);
        context.Terminal.Inform($"Wrote {stub.Name} version {stub.Version} to {output}.");
    }

    private static void Show(CliCommandServiceBundle context, List<InterfaceContractStub> stubs)
    {
        foreach (var stub in stubs)
        {
            context.Terminal.Show(
                $"{stub.FilePath} (version {stub.Version}, "
                    + $"{(stub.Consumers.Count == 0 ? "no consumers" : "for " + string.Join(", ", stub.Consumers))})"
            );
            context.Terminal.Show(new UntrustedText(stub.Content));
        }

        if (stubs.Count == 0)
        {
            context.Terminal.Show("The plan has no contracts.");
        }
    }

    private static string LanguageName(ContractStubLanguage language) => language.ToString().ToLowerInvariant();

    private static string SnakeCase(string name) =>
        Regex.Replace(name, "(?<=[a-z0-9])(?=[A-Z])", "_", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1)).ToLowerInvariant();
}
