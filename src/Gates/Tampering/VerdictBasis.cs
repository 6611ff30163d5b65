using Orchestrator.Git.Commits;

namespace Orchestrator.Gates.Tampering;

/// <summary>Divides a task's changes into those that verdicts of gates rest on (tests, fixtures, configuration, scripts, lock files) and
/// those of the product. Pure.</summary>
public sealed class VerdictBasis
{
    /// <summary>Divides them.</summary>
    /// <param name="changed">The changes.</param>
    /// <param name="meaning">The files that decide its gates.</param>
    public VerdictBasis(IReadOnlyList<ChangedFile> changed, GateMeaning meaning)
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

    /// <summary>Changes that verdicts rest on.</summary>
    public IReadOnlyList<ChangedFile> Supports { get; }

    /// <summary>Changes of the product.</summary>
    public IReadOnlyList<ChangedFile> Product { get; }
}
