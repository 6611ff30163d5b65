namespace Orchestrator.Plans;

/// <summary>Contracts that apply to a run, determined from the plan and from the contract files that exist before the run starts.</summary>
/// <param name="Stubs">Contracts that apply, in plan order.</param>
/// <param name="Unwritten">Stubs whose file is missing or was generated in an earlier version. The run's first commit writes them.</param>
/// <param name="Errors">Sentences with the reasons why the run can't start, and their remedies.</param>
/// <param name="Warnings">Sentences that the user should read before the start.</param>
public sealed record InterfaceContractResolutionResult(
    IReadOnlyList<InterfaceContractStub> Stubs,
    IReadOnlyList<InterfaceContractStub> Unwritten,
    IReadOnlyList<string> Errors,
    IReadOnlyList<string> Warnings
)
{
    /// <summary>
    /// Determines the contracts that apply to a run. A hand-written contract file is never overwritten: it must match the plan's methods
    /// or, if the plan lists none, defines the contract itself. An unedited stub of an earlier version is replaced, because an earlier run
    /// generated it.
    /// </summary>
    /// <param name="existing">Contents of the existing contract files, by path.</param>
    public static InterfaceContractResolutionResult Of(Plan plan, IReadOnlyDictionary<string, string> existing)
    {
        var stubs = new List<InterfaceContractStub>();
        var unwritten = new List<InterfaceContractStub>();
        var errors = new List<string>();
        var warnings = new List<string>();
        foreach (var contract in plan.Contracts)
        {
            var content = contract.FilePath is { } path ? existing.GetValueOrDefault(path) : null;
            if (content is not null && contract.Methods.Count == 0 && InterfaceContractStub.LanguageOf(contract.FilePath!) is { } language)
            {
                stubs.Add(
                    new InterfaceContractStub(
                        contract.Name,
                        contract.FilePath!,
                        language,
                        ContractFileVersionCalculator.VersionOf(content),
                        content,
                        contract.Consumers
                    )
                );
            }
            else if (!InterfaceContractStub.TryCreate(contract, out var stub, out var fault))
            {
                // The reader has already reported all other faults with their positions. Only here is it known whether a contract without
                // methods has a file.
                if (fault.Field == "name" && contract.Methods.Count == 0)
                {
                    warnings.Add(
                        $"{fault.Message} The contract therefore has no stub, and no agent is required to follow it. {fault.Cure}"
                    );
                }
            }
            else if (stubs.Find(other => other.FilePath == stub.FilePath) is { } other)
            {
                errors.Add(
                    $"The contracts '{other.Name}' and '{stub.Name}' have the same file_path '{stub.FilePath}'. Give each a file "
                        + "of its own."
                );
            }
            else if (
                content is not null
                && content.ReplaceLineEndings("\n") != stub.Content
                && !ContractFileVersionCalculator.IsUneditedStub(content, stub.Name)
            )
            {
                errors.Add(Overwritten(stub));
            }
            else
            {
                stubs.Add(stub);
                if (content is null || ContractFileVersionCalculator.VersionOf(content) != stub.Version)
                {
                    unwritten.Add(stub);
                }
                warnings.AddRange(Change(stub, content));
            }
        }
        return new InterfaceContractResolutionResult(stubs, unwritten, errors, warnings);
    }

    private static string Overwritten(InterfaceContractStub stub) =>
        $"'{stub.FilePath}' already exists and differs from the contract '{stub.Name}' (version {stub.Version}) of this "
        + "plan, so it is not overwritten. Give the contract another file_path, "
        + "or remove or rename the file and commit this change. To use the existing file as the contract, "
        + "leave out the contract's methods.";

    private static IEnumerable<string> Change(InterfaceContractStub stub, string? content) =>
        content is not null && ContractFileVersionCalculator.VersionOf(content) is { } before && before != stub.Version
            ?
            [
                $"The contract '{stub.Name}' changes from version {before} to {stub.Version}, so "
                    + $"the stub '{stub.FilePath}' of an earlier run is replaced. Code that relies on it may need a task.",
            ]
            : [];
}
