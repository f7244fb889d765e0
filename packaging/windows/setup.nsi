; The setup: for one user, without administrator's rights. /S runs it silently, /AUTOSTART=1
; and 0 decide about the start at login; where neither is said, an upgrade keeps what was
; chosen and a first setup leaves it off. /D=FOLDER, unquoted and last, is where it goes.
; A running instance is asked to quit, and started again afterwards if there was one.

Unicode true
!include MUI2.nsh
!include FileFunc.nsh
!include LogicLib.nsh

!define NAME "Configurable Agents"
!define UNINSTALL "Software\Microsoft\Windows\CurrentVersion\Uninstall\agents-tray"
!define RUN "Software\Microsoft\Windows\CurrentVersion\Run"

Name "${NAME}"
OutFile "${OUTPUT}"
RequestExecutionLevel user
InstallDir "$LOCALAPPDATA\Programs\agents-tray"
InstallDirRegKey HKCU "${UNINSTALL}" "InstallLocation"
SetCompressor /SOLID lzma
SetDateSave off
ManifestDPIAware true
ManifestLongPathAware true
BrandingText "${VERSION}"

VIProductVersion "${NUMBER}.0"
VIAddVersionKey ProductName "${NAME}"
VIAddVersionKey FileDescription "${NAME} setup"
VIAddVersionKey FileVersion "${VERSION}"
VIAddVersionKey ProductVersion "${VERSION}"
VIAddVersionKey LegalCopyright "Copyright (c) 2026 The Configurable Agents authors, MIT licence"

!define MUI_ICON "${SOURCE}/icons/app/app.ico"
!define MUI_UNICON "${SOURCE}/icons/app/app.ico"
!define MUI_FINISHPAGE_RUN "$INSTDIR\agents-tray.exe"
!define MUI_FINISHPAGE_RUN_TEXT "Start ${NAME}"
!insertmacro MUI_PAGE_COMPONENTS
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE English

Var ran ; "1" if an instance ran

; Free sets $0 to 1 if the program's file can be replaced: Windows keeps one that runs.
; QuitRunning asks the instance that runs to quit, which stops every service, and waits
; for its end, 10 s after the answer at most.
!macro QuitRunning UN
Function ${UN}Free
    StrCpy $0 1
    ${IfNot} ${FileExists} "$INSTDIR\agents-tray.exe"
        Return
    ${EndIf}
    ClearErrors
    FileOpen $1 "$INSTDIR\agents-tray.exe" a
    ${If} ${Errors}
        StrCpy $0 0
    ${Else}
        FileClose $1
    ${EndIf}
FunctionEnd

Function ${UN}QuitRunning
    StrCpy $ran 0
    Call ${UN}Free
    ${If} $0 == 1
        Return
    ${EndIf}
    StrCpy $ran 1
    DetailPrint "Asking ${NAME} to quit"
    nsExec::Exec '"$INSTDIR\agents-tray.exe" quit'
    Pop $0
    ${For} $2 1 100
        Call ${UN}Free
        ${If} $0 == 1
            Return
        ${EndIf}
        Sleep 100
    ${Next}
    MessageBox MB_OK|MB_ICONEXCLAMATION "${NAME} is running and could not be asked to quit. Quit it in its menu, then start this again." /SD IDOK
    SetErrorLevel 3
    Quit
FunctionEnd
!macroend
!insertmacro QuitRunning ""
!insertmacro QuitRunning "un."

Section "${NAME}" program
    SectionIn RO
    Call QuitRunning
    SetOutPath "$INSTDIR"
    ClearErrors
    File "${FILES}/agents-tray.exe"
    File "${FILES}/licences.txt"
    File "${FILES}/sbom.cdx.json"
    ${If} ${Errors}
        SetErrorLevel 4
        Abort "The program could not be written to $INSTDIR."
    ${EndIf}
    WriteUninstaller "$INSTDIR\uninstall.exe"
    CreateShortCut "$SMPROGRAMS\${NAME}.lnk" "$INSTDIR\agents-tray.exe"
    WriteRegStr HKCU "${UNINSTALL}" "DisplayName" "${NAME}"
    WriteRegStr HKCU "${UNINSTALL}" "DisplayVersion" "${VERSION}"
    WriteRegStr HKCU "${UNINSTALL}" "DisplayIcon" "$INSTDIR\agents-tray.exe"
    WriteRegStr HKCU "${UNINSTALL}" "InstallLocation" "$INSTDIR"
    WriteRegStr HKCU "${UNINSTALL}" "UninstallString" '"$INSTDIR\uninstall.exe"'
    WriteRegStr HKCU "${UNINSTALL}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
    WriteRegDWORD HKCU "${UNINSTALL}" "NoModify" 1
    WriteRegDWORD HKCU "${UNINSTALL}" "NoRepair" 1
    ${GetSize} "$INSTDIR" "/S=0K" $0 $1 $2
    WriteRegDWORD HKCU "${UNINSTALL}" "EstimatedSize" $0
SectionEnd

; What the menu has written for this program stays, with its options.
Section /o "Start at login" autostart
    ReadRegStr $0 HKCU "${RUN}" "agents-tray"
    StrLen $1 '"$INSTDIR\agents-tray.exe" --at-login'
    StrCpy $0 $0 $1
    ${If} $0 != '"$INSTDIR\agents-tray.exe" --at-login'
        WriteRegStr HKCU "${RUN}" "agents-tray" '"$INSTDIR\agents-tray.exe" --at-login'
    ${EndIf}
SectionEnd

Section
    ${IfNot} ${SectionIsSelected} ${autostart}
        DeleteRegValue HKCU "${RUN}" "agents-tray"
    ${EndIf}
    ${If} $ran == 1
        Exec '"$INSTDIR\agents-tray.exe"'
    ${EndIf}
SectionEnd

!insertmacro MUI_FUNCTION_DESCRIPTION_BEGIN
    !insertmacro MUI_DESCRIPTION_TEXT ${program} "The program, and its entry in the start menu."
    !insertmacro MUI_DESCRIPTION_TEXT ${autostart} "Starts the program whenever you log in."
!insertmacro MUI_FUNCTION_DESCRIPTION_END

Function .onInit
    ReadRegStr $0 HKCU "${RUN}" "agents-tray"
    ${If} $0 != ""
        SectionSetFlags ${autostart} ${SF_SELECTED}
    ${EndIf}
    ${GetParameters} $0
    ClearErrors
    ${GetOptions} $0 "/AUTOSTART=" $1
    ${IfNot} ${Errors}
        ${If} $1 == 1
            SectionSetFlags ${autostart} ${SF_SELECTED}
        ${Else}
            SectionSetFlags ${autostart} 0
        ${EndIf}
    ${EndIf}
FunctionEnd

; What the user has made stays: conversations, record and services file.
Section Uninstall
    Call un.QuitRunning
    Delete "$INSTDIR\agents-tray.exe"
    Delete "$INSTDIR\licences.txt"
    Delete "$INSTDIR\sbom.cdx.json"
    Delete "$INSTDIR\uninstall.exe"
    RMDir "$INSTDIR"
    Delete "$SMPROGRAMS\${NAME}.lnk"
    DeleteRegValue HKCU "${RUN}" "agents-tray"
    DeleteRegKey HKCU "${UNINSTALL}"
SectionEnd
