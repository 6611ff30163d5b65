namespace Orchestrator.Processes;

/// <summary>A temporary file beside the one that it is to become, removed if it does not.</summary>
internal sealed class AsideFile : IDisposable
{
    private readonly FolderHandle _folder;
    private readonly string _path;
    private byte[]? _aside;

    public AsideFile(string path)
    {
        _path = path;
        _folder = OwnFolder.Make(OwnFile.FolderOf(path));
        try
        {
            var aside = Encoding.UTF8.GetBytes($"{Path.GetFileName(path)}.{Environment.ProcessId}-{Guid.NewGuid():n}.tmp");
            Stream = new FileStream(_folder.Make(aside, FolderHandle.Plain), FileAccess.Write);
            _aside = aside;
        }
        catch
        {
            _folder.Dispose();
            throw;
        }
    }

    public FileStream Stream { get; }

    public void Replace(bool sync)
    {
        Stream.Flush(flushToDisk: sync);
        Stream.Dispose();
        _folder.Rename(_aside, _folder, OwnFile.NameOf(_path));
        _aside = null;
    }

    /// <summary>A hard link is created or refused by the file system in one step.</summary>
    /// <returns>False if the name was taken.</returns>
    public bool Publish()
    {
        Stream.Flush(flushToDisk: true);
        return _folder.TryLink(_aside, OwnFile.NameOf(_path));
    }

    public void Dispose()
    {
        using (_folder)
        {
            if (_aside is null)
            {
                return;
            }
            try
            {
                // On a full disk this tries to write the buffer once more.
                Stream.Dispose();
            }
            catch (IOException)
            {
                // The first failure is already being thrown.
            }
            _folder.Remove(_aside, isFolder: false);
        }
    }
}
