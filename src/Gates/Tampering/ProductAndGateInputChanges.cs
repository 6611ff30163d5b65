using Orchestrator.Git.Commits;

namespace Orchestrator.Gates.Tampering;

/// <summary>
/// Divides a task's changes into changes to the product and changes to files on which verdicts depend (tests, fixtures, configuration,
/// scripts, lock files). Has no side effects.
/// </summary>
public sealed class ProductAndGateInputChanges
{
    /// <summary>Divides a task's changes into product changes and changes to files on which verdicts depend.</summary>
    /// <param name="changed">Changes of the task.</param>
    /// <param name="meaning">Files that determine the gates of the task.</param>
    public ProductAndGateInputChanges(IReadOnlyList<ChangedFile> changed, GateInputFiles meaning)
    {
        var manifests = changed.Where(file => Ecosystems.IsManifest(file.Path)).ToList();
        var keepsLocks = manifests.TrueForAll(file => meaning.IsHarmless(file.Path));
        Supports =
        [
            .. changed.Where(file =>
                !file.IsSubmodule
                && !meaning.IsHarmless(file.Path)
                && (
                    Ecosystems.IsLockFile(file.Path)
                        ? !keepsLocks
                        : Ecosystems.BelongsToTests(file.Path)
                            || Ecosystems.IsConfiguration(file.Path)
                            || Ecosystems.IsReadFirst(file.Path)
                            || meaning.Decides(file) is not null
                )
            ),
        ];
        Product = [.. changed.Except(Supports)];
    }

    /// <summary>Changes to files that the verdicts depend on.</summary>
    public IReadOnlyList<ChangedFile> Supports { get; }

    /// <summary>Changes to the product.</summary>
    public IReadOnlyList<ChangedFile> Product { get; }
}
