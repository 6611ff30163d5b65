namespace Orchestrator.Processes;

/// <summary>
/// Temporary file that atomically replaces or creates a target file in the same folder. Disposing the instance removes the temporary file
/// if it still exists.
/// </summary>
internal sealed class AtomicTemporaryFile : IDisposable
{
    private readonly FolderHandle _folder;
    private readonly string _path;
    private byte[]? _temporary;

    public AtomicTemporaryFile(string path, UnixFileMode mode = FolderHandle.Plain)
    {
        _path = path;
        _folder = OrchestratorFolderCreator.Make(SymlinkSafeFileWriter.FolderOf(path));
        try
        {
            var temporary = Encoding.UTF8.GetBytes($"{Path.GetFileName(path)}.{Environment.ProcessId}-{Guid.NewGuid():n}.tmp");
            Stream = new FileStream(_folder.Make(temporary, mode), FileAccess.Write);
            _temporary = temporary;
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
        _folder.Rename(_temporary, _folder, SymlinkSafeFileWriter.NameOf(_path));
        _temporary = null;
    }

    /// <summary>
    /// Creates the target file unless it already exists. Uses a hard link where the file system supports it, because creating a link is
    /// atomic.
    /// </summary>
    /// <returns>True if the file was created. False if it already exists.</returns>
    public bool Publish()
    {
        Stream.Flush(flushToDisk: true);
        return _folder.TryLink(_temporary, SymlinkSafeFileWriter.NameOf(_path));
    }

    public void Dispose()
    {
        using (_folder)
        {
            if (_temporary is null)
            {
                return;
            }
            try
            {
                // On a full disk, this call tries to write the buffer again and fails again.
                Stream.Dispose();
            }
            catch (IOException)
            {
                // Ignored, because the first failure is already being thrown.
            }
            _folder.Remove(_temporary, isFolder: false);
        }
    }
}
