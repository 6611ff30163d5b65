using Orchestrator.Gates.Trees;

namespace Orchestrator.Sandboxing;

/// <summary>The files that gates of one subject left: in their tree, and in their private changes to downloads.</summary>
/// <param name="tree">Absolute path of the tree.</param>
/// <param name="aside">Absolute path of a folder beside the tree for files that are moved aside.</param>
/// <param name="layers">The private changes of the tree's programs.</param>
public sealed class TreeOutputs(string tree, string aside, PrivateLayers layers) : IDisposable
{
    private readonly GateOutputs _files = new(tree, aside);
    private readonly GateOutputs _downloads = new(layers.FolderOf(SandboxRole.Gate), layers.AsideOfGates);

    /// <summary>Files of the tree that are moved aside now; a folder stands for its content.</summary>
    public IReadOnlyList<string> MovedAside => _files.MovedAside;

    /// <summary>Takes the files that are there now for those of the set-up.</summary>
    /// <param name="others">Untracked and ignored files and folders of the tree.</param>
    public void Begin(IEnumerable<string> others)
    {
        _files.Begin(others);
        _downloads.Begin(layers.ChangesOfGates());
    }

    /// <summary>Attributes all changes since the last call to a gate.</summary>
    /// <param name="gate">The gate that ran.</param>
    /// <param name="others">Untracked and ignored files and folders of the tree, as they are now.</param>
    /// <returns>True if it changed files of the tree or downloads.</returns>
    public bool Record(Gate gate, IEnumerable<string> others)
    {
        var hasLeft = _files.Record(gate, others);
        return _downloads.Record(gate, layers.ChangesOfGates()) || hasLeft;
    }

    /// <summary>True if nothing but the set-up and the given gates left what is there.</summary>
    public bool AreOnlyOf(IReadOnlyCollection<Gate> gates) => _files.AreOnlyOf(gates) && _downloads.AreOnlyOf(gates);

    /// <summary>Moves aside all that neither the set-up nor one of the given gates left.</summary>
    /// <returns>False if that is not possible: only a new set-up helps.</returns>
    public bool TryKeepOnly(IReadOnlyCollection<Gate> gates) => _files.TryKeepOnly(gates) && _downloads.TryKeepOnly(gates);

    /// <summary>Moves back what was moved aside.</summary>
    public void BringAllBack()
    {
        _files.BringAllBack();
        _downloads.BringAllBack();
    }

    /// <summary>Discards what was moved aside.</summary>
    public void Dispose()
    {
        _files.Dispose();
        _downloads.Dispose();
    }
}
