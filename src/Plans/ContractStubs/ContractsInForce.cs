namespace Orchestrator.Plans;

/// <summary>A plan's contracts in a run, given the contents of their files before it begins.</summary>
/// <param name="Stubs">The contracts in force, in plan order.</param>
/// <param name="Unwritten">Those of them whose file is missing or contains an earlier version of ours: the run's first commit writes
/// them.</param>
/// <param name="Errors">Why the run can't begin; each says what to do.</param>
/// <param name="Warnings">What a person should know.</param>
public sealed record ContractsInForce(
    IReadOnlyList<ContractStub> Stubs,
    IReadOnlyList<ContractStub> Unwritten,
    IReadOnlyList<string> Errors,
    IReadOnlyList<string> Warnings
)
{
    /// <summary>Decides for each contract. A file that a person wrote is never replaced: with methods in the plan it must match them,
    /// without it is the contract as it is. An unedited stub of an earlier version was written by a run, and is replaced.</summary>
    /// <param name="existing">Contents of existing contract files by path.</param>
    public static ContractsInForce Of(Plan plan, IReadOnlyDictionary<string, string> existing)
    {
        var stubs = new List<ContractStub>();
        var unwritten = new List<ContractStub>();
        var errors = new List<string>();
        var warnings = new List<string>();
        foreach (var contract in plan.Contracts)
        {
            var content = contract.FilePath is { } path ? existing.GetValueOrDefault(path) : null;
            if (content is not null && contract.Methods.Count == 0 && ContractStub.LanguageOf(contract.FilePath!) is { } language)
            {
                stubs.Add(
                    new ContractStub(
                        contract.Name,
                        contract.FilePath!,
                        language,
                        ContractFile.VersionOf(content),
                        content,
                        contract.Consumers
                    )
                );
            }
            else if (!ContractStub.TryCreate(contract, out var stub, out var fault))
            {
                // Other faults were reported by the reader, with their position; whether a contract without methods has a file is known
                // only here.
                if (fault.Field == "name" && contract.Methods.Count == 0)
                {
                    warnings.Add($"{fault.Message} So the contract has no stub, and no agent is held to it. {fault.Cure}");
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
                && !ContractFile.IsUneditedStub(content, stub.Name)
            )
            {
                errors.Add(
                    $"'{stub.FilePath}' is there already, and is not the contract '{stub.Name}' (version {stub.Version}) of this "
                        + "plan. It is not overwritten: give the contract another file_path, "
                        + "remove or rename the file and commit that, or leave out the contract's methods, and the file as it "
                        + "stands is the contract."
                );
            }
            else
            {
                stubs.Add(stub);
                if (content is null || ContractFile.VersionOf(content) != stub.Version)
                {
                    unwritten.Add(stub);
                }
                if (content is not null && ContractFile.VersionOf(content) is { } before && before != stub.Version)
                {
                    warnings.Add(
                        $"The contract '{stub.Name}' changes from version {before} to {stub.Version}: '{stub.FilePath}', which a "
                            + "run wrote, is replaced. Code that relies on it may need a task."
                    );
                }
            }
        }
        return new ContractsInForce(stubs, unwritten, errors, warnings);
    }
}
