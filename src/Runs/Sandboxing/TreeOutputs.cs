using Orchestrator.Gates.Trees;

namespace Orchestrator.Runs.Sandboxing;

/// <summary>Tracks the files that gates of one subject left, in their tree and in their private changes to downloads.</summary>
/// <param name="tree">Absolute path of the tree.</param>
/// <param name="aside">Absolute path of a folder beside the tree for files that are temporarily moved away.</param>
/// <param name="layers">Private changes of the tree's programs.</param>
public sealed class TreeOutputs(string tree, string aside, PrivateLayers layers) : IDisposable
{
    private readonly GateOutputs _files = new(tree, aside);
    private readonly GateOutputs _downloads = new(layers.FolderOf(SandboxRole.Gate), layers.AsideOfGates);

    /// <summary>Files of the tree that are currently moved away. A folder represents its content.</summary>
    public IReadOnlyList<string> MovedAside => _files.MovedAside;

    /// <summary>Attributes all existing files to the set-up.</summary>
    /// <param name="others">Untracked and ignored files and folders of the tree.</param>
    public void Begin(IEnumerable<string> others)
    {
        _files.Begin(others);
        _downloads.Begin(layers.ChangesOfGates());
    }

    /// <summary>Attributes all changes since the last call to a gate.</summary>
    /// <param name="gate">Gate that ran.</param>
    /// <param name="others">Current untracked and ignored files and folders of the tree.</param>
    /// <returns>True if the gate changed files of the tree or downloads.</returns>
    public bool Record(Gate gate, IEnumerable<string> others)
    {
        var hasLeft = _files.Record(gate, others);
        return _downloads.Record(gate, layers.ChangesOfGates()) || hasLeft;
    }

    /// <summary>True if all existing files come from the set-up and the given gates.</summary>
    public bool AreOnlyOf(IReadOnlyCollection<Gate> gates) => _files.AreOnlyOf(gates) && _downloads.AreOnlyOf(gates);

    /// <summary>Temporarily moves away all files that come neither from the set-up nor from one of the given gates.</summary>
    /// <returns>False if that is not possible, so that the set-up must run again.</returns>
    public bool TryKeepOnly(IReadOnlyCollection<Gate> gates) => _files.TryKeepOnly(gates) && _downloads.TryKeepOnly(gates);

    /// <summary>Moves all files back.</summary>
    public void BringAllBack()
    {
        _files.BringAllBack();
        _downloads.BringAllBack();
    }

    /// <summary>Discards the files that are moved away.</summary>
    public void Dispose()
    {
        _files.Dispose();
        _downloads.Dispose();
    }
}
